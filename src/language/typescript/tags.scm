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
(internal_module name: [(identifier) (nested_identifier)] @name) @scope.namespace
(module name: [(identifier) (nested_identifier)] @name) @scope.namespace

(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier))
    (function_expression parameters: (_) @parameters)
  ]) @definition.method
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

((function_declaration name: (identifier) @name return_type: (type_annotation (_) @returns)) @definition.function)
((method_definition name: (_) @name return_type: (type_annotation (_) @returns)) @definition.method)
((method_definition (accessibility_modifier) @_word) @visible.type (#eq? @_word "private"))
((method_definition (accessibility_modifier) @_word) @visible.family (#eq? @_word "protected"))

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

(type_annotation (type_identifier) @name @reference.type)
(type_annotation (array_type (type_identifier) @name @reference.type))
(type_annotation (union_type (type_identifier) @name @reference.type))
(type_annotation (nested_type_identifier
  module: (_) @receiver name: (type_identifier) @name) @reference.type)
(generic_type name: (type_identifier) @name @reference.type)
(type_arguments (type_identifier) @name @reference.type)
(as_expression (type_identifier) @name @reference.type)
(type_alias_declaration value: (type_identifier) @name @reference.type)
(type_alias_declaration value: (union_type (type_identifier) @name @reference.type))

((import_statement (import_require_clause (identifier) @alias source: (string) @module)) @reference.import
  (#strip! @module "[\"']"))

(export_statement "default" @name declaration: [
  (class_declaration name: (type_identifier) @value)
  (abstract_class_declaration name: (type_identifier) @value)
]) @binding.name
(required_parameter pattern: (identifier) @name !type) @binding.parameter
((required_parameter pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "<.*$|\\[\\]$"))
((optional_parameter pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "<.*$|\\[\\]$"))
((required_parameter
  (accessibility_modifier) pattern: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#prepend! @name "this.")
  (#strip! @value "<.*$|\\[\\]$"))
((public_field_definition name: (property_identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "<.*$|\\[\\]$"))
(public_field_definition
  name: (property_identifier) @name value: (new_expression constructor: (_) @value)) @binding.call
((property_signature name: (property_identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "<.*$|\\[\\]$"))
((variable_declarator name: (identifier) @name type: (type_annotation (_) @value)) @binding.type
  (#strip! @value "<.*$|\\[\\]$"))
