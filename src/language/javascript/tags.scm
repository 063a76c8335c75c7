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
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier))
    (function_expression parameters: (_) @parameters)
  ]) @definition.method
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: (new_expression constructor: (_) @value)) @binding.call
(class_heritage (identifier) @name @reference.base)
(class_heritage
  (member_expression object: (_) @receiver property: (property_identifier) @name) @reference.base)

(export_statement "default" @name
  declaration: (class_declaration name: (identifier) @value)) @binding.name
(formal_parameters (identifier) @name @binding.parameter)

(jsx_opening_element name: (identifier) @name @reference.call (#match? @name "^[A-Z]"))
(jsx_self_closing_element name: (identifier) @name @reference.call (#match? @name "^[A-Z]"))
(jsx_opening_element name: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.call
(jsx_self_closing_element name: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.call
(jsx_expression (identifier) @name @reference.value)
