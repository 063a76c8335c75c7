; What only TypeScript's grammar has; the rest is in ../ecmascript. Not resolved, besides what that
; says: overloads (their signatures are one function), types that are computed, ambient modules.

((comment)? @doc
  .
  [
    (class_declaration name: (type_identifier) @name) @definition.type
    (abstract_class_declaration name: (type_identifier) @name) @definition.type
    (interface_declaration name: (type_identifier) @name) @definition.type
    (enum_declaration name: (identifier) @name) @definition.type
    (type_alias_declaration name: (type_identifier) @name) @definition.type
    (export_statement declaration: (class_declaration name: (type_identifier) @name) @definition.type)
    (export_statement declaration: (abstract_class_declaration name: (type_identifier) @name) @definition.type)
    (export_statement declaration: (interface_declaration name: (type_identifier) @name) @definition.type)
    (export_statement declaration: (enum_declaration name: (identifier) @name) @definition.type)
    (export_statement declaration: (type_alias_declaration name: (type_identifier) @name) @definition.type)
  ]
  (#select-adjacent! @doc @definition.type))
(class_declaration name: (type_identifier) @name) @definition.type
(abstract_class_declaration name: (type_identifier) @name) @definition.type
(interface_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.type
(type_alias_declaration name: (type_identifier) @name) @definition.type
(variable_declarator name: (identifier) @name value: (class)) @definition.type
(assignment_expression
  left: (member_expression property: (property_identifier) @name) right: (class !name) @definition.type)
(assignment_expression
  left: (member_expression) right: (class name: (type_identifier) @name) @definition.type)
(assignment_expression
  left: (member_expression) @name right: (class name: (type_identifier) @value)) @binding.name
(export_statement "default" @name value: (class)) @definition.type
(internal_module name: [(identifier) (nested_identifier)] @name) @scope.namespace
(module name: [(identifier) (nested_identifier)] @name) @scope.namespace

((comment)? @doc
  .
  (public_field_definition
    name: [(property_identifier) (private_property_identifier)] @name
    value: [
      (arrow_function parameters: (_) @parameters)
      (arrow_function parameter: (identifier) @parameters)
      (function_expression parameters: (_) @parameters)
      (generator_function parameters: (_) @parameters)
    ]) @definition.method
  (#select-adjacent! @doc @definition.method))
((comment)? @doc
  .
  (abstract_method_signature
    name: (property_identifier) @name parameters: (_) @parameters) @definition.method
  (#select-adjacent! @doc @definition.method))
((comment)? @doc
  .
  (interface_body (method_signature
    name: (property_identifier) @name parameters: (_) @parameters) @definition.method)
  (#select-adjacent! @doc @definition.method))
(interface_body (method_signature
  name: (property_identifier) @name parameters: (_) @parameters) @definition.method)
(function_signature name: (identifier) @name) @declaration.function

(function_declaration name: (identifier) @name return_type: (type_annotation (_) @returns)) @definition.function
(generator_function_declaration
  name: (identifier) @name return_type: (type_annotation (_) @returns)) @definition.function
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function return_type: (type_annotation (_) @returns))
    (function_expression return_type: (type_annotation (_) @returns))
  ]) @definition.function
(pair
  key: (property_identifier) @name
  value: [
    (arrow_function return_type: (type_annotation (_) @returns))
    (function_expression return_type: (type_annotation (_) @returns))
  ]) @definition.function
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: (arrow_function return_type: (type_annotation (_) @returns))) @definition.method
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  return_type: (type_annotation (_) @returns)) @definition.method
(abstract_method_signature
  name: (property_identifier) @name return_type: (type_annotation (_) @returns)) @definition.method
(interface_body (method_signature
  name: (property_identifier) @name return_type: (type_annotation (_) @returns)) @definition.method)
((method_definition (accessibility_modifier) @_word) @visible.type (#eq? @_word "private"))
((method_definition (accessibility_modifier) @_word) @visible.family (#eq? @_word "protected"))
((public_field_definition (accessibility_modifier) @_word) @visible.type (#eq? @_word "private"))
((public_field_definition (accessibility_modifier) @_word) @visible.family (#eq? @_word "protected"))
((abstract_method_signature (accessibility_modifier) @_word) @visible.family (#eq? @_word "protected"))

(class_heritage (extends_clause value: (identifier) @name) @reference.base)
(class_heritage (extends_clause value: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.base)
(implements_clause (type_identifier) @name @reference.base)
(implements_clause (generic_type name: (type_identifier) @name) @reference.base)
(implements_clause (nested_type_identifier module: (_) @receiver name: (type_identifier) @name) @reference.base)
(extends_type_clause type: (type_identifier) @name @reference.base)
(extends_type_clause type: (generic_type name: (type_identifier) @name) @reference.base)
(extends_type_clause type: (nested_type_identifier
  module: (_) @receiver name: (type_identifier) @name) @reference.base)

; Any type that is named, except where it is declared and where it is a parameter of a type.
(type_identifier) @name @reference.mention
(nested_type_identifier module: (_) @receiver name: (type_identifier) @name @reference.type)
(class_declaration name: (type_identifier) @reference.none)
(abstract_class_declaration name: (type_identifier) @reference.none)
(class name: (type_identifier) @reference.none)
(interface_declaration name: (type_identifier) @reference.none)
(type_alias_declaration name: (type_identifier) @reference.none)
(type_parameter name: (type_identifier) @local)
(infer_type (type_identifier) @local)
(mapped_type_clause name: (type_identifier) @local)

(required_parameter
  pattern: (identifier) @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
  ]) @definition.function

((import_statement (import_require_clause (identifier) @alias source: (string) @module)) @reference.import
  (#strip! @module "[\"']"))

(export_statement "default" @name declaration: [
  (class_declaration name: (type_identifier) @value)
  (abstract_class_declaration name: (type_identifier) @value)
]) @binding.name
((export_statement "=" @name (identifier) @value) @binding.name
  (#strip! @name "=")
  (#prepend! @name "module.exports"))
; The parameters of functions with a name: those of others are nobody's.
(function_declaration parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
(generator_function_declaration parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
(method_definition parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
(variable_declarator value: [
  (arrow_function parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
])
(assignment_expression right: [
  (arrow_function parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
])
(pair value: [
  (arrow_function parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
])
(public_field_definition value: [
  (arrow_function parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
  (arrow_function parameter: (identifier) @name @binding.parameter)
  (function_expression parameters: (formal_parameters [
    (required_parameter pattern: (identifier) @name value: (_)? @value) @binding.parameter
    (optional_parameter pattern: (identifier) @name) @binding.parameter
  ]))
])
((call_expression
  function: (member_expression object: (_) @value property: (property_identifier) @_each)
  arguments: (arguments . (arrow_function parameters: (formal_parameters . (required_parameter pattern: (identifier) @name))))) @binding.element
  (#any-of? @_each "forEach" "map" "filter" "find" "some" "every" "flatMap" "findIndex"))
((required_parameter pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "^((null|undefined) *\\| *)+"))
((optional_parameter pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "^((null|undefined) *\\| *)+"))
((required_parameter
  [(accessibility_modifier) "readonly"] pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#prepend! @name "this.")
  (#strip! @value "^((null|undefined) *\\| *)+"))
((optional_parameter
  [(accessibility_modifier) "readonly"] pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#prepend! @name "this.")
  (#strip! @value "^((null|undefined) *\\| *)+"))
((public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "^((null|undefined) *\\| *)+"))
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [(new_expression constructor: (_) @value) (call_expression function: (_) @value)]) @binding.call
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [(identifier) (member_expression)] @value) @binding.name
((property_signature name: (property_identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "^((null|undefined) *\\| *)+"))
((variable_declarator name: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "^((null|undefined) *\\| *)+"))
(variable_declarator
  name: (identifier) @name
  value: (as_expression [(type_identifier) (generic_type) (nested_type_identifier)] @value)) @binding.type
(variable_declarator name: (identifier) @name value: (non_null_expression (_) @value)) @binding.name
