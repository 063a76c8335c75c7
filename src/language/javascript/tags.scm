; What only JavaScript's grammar has; the rest is in ../ecmascript.

((comment)? @doc
  .
  [
    (class_declaration name: (identifier) @name) @definition.type
    (export_statement declaration: (class_declaration name: (identifier) @name) @definition.type)
  ]
  (#select-adjacent! @doc @definition.type))
(class_declaration name: (identifier) @name) @definition.type
(variable_declarator name: (identifier) @name value: (class)) @definition.type
(assignment_expression
  left: (member_expression property: (property_identifier) @name) right: (class !name) @definition.type)
(assignment_expression
  left: (member_expression) right: (class name: (identifier) @name) @definition.type)
(assignment_expression
  left: (member_expression) @name right: (class name: (identifier) @value)) @binding.name
(export_statement "default" @name value: (class)) @definition.type
((comment)? @doc
  .
  (field_definition
    property: [(property_identifier) (private_property_identifier)] @name
    value: [
      (arrow_function parameters: (_) @parameters)
      (arrow_function parameter: (identifier) @parameters)
      (function_expression parameters: (_) @parameters)
      (generator_function parameters: (_) @parameters)
    ]) @definition.method
  (#select-adjacent! @doc @definition.method))
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [(new_expression constructor: (_) @value) (call_expression function: (_) @value)]) @binding.call
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [(identifier) (member_expression)] @value) @binding.name
(class_heritage (identifier) @name @reference.base)
(class_heritage
  (member_expression object: (_) @receiver property: (property_identifier) @name) @reference.base)

(export_statement "default" @name
  declaration: (class_declaration name: (identifier) @value)) @binding.name
; The parameters of functions with a name: those of others are nobody's.
(function_declaration parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
(generator_function_declaration parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
(method_definition parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
(variable_declarator value: [
  (arrow_function parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
])
(assignment_expression right: [
  (arrow_function parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
])
(pair value: [
  (arrow_function parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
])
(field_definition value: [
  (arrow_function parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (identifier) @name @binding.parameter
    (assignment_pattern left: (identifier) @name right: (_) @value) @binding.parameter
  ]))
])
((call_expression
  function: (member_expression object: (_) @value property: (property_identifier) @_each)
  arguments: (arguments . (arrow_function parameters: (formal_parameters . (identifier) @name)))) @binding.element
  (#any-of? @_each "forEach" "map" "filter" "find" "some" "every" "flatMap" "findIndex"))

(jsx_opening_element name: (identifier) @name @reference.call (#match? @name "^[A-Z]"))
(jsx_self_closing_element name: (identifier) @name @reference.call (#match? @name "^[A-Z]"))
(jsx_opening_element name: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.call
(jsx_self_closing_element name: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.call
(jsx_expression (identifier) @name @reference.value)
(jsx_expression
  (member_expression object: (_) @receiver property: (property_identifier) @name) @reference.value)
