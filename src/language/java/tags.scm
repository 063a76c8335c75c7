; Java. Not resolved: which of several overloads with as many parameters, which override runs,
; reflection, generated code (annotation processors), types of lambdas' untyped parameters. An
; anonymous class is a type that is named "new"; a lambda belongs to the method around it; fields
; are bindings, not definitions, unless they are constants; a record's component is the method that
; reads it.

(package_declaration [(scoped_identifier) (identifier)] @name) @scope.rest

(class_declaration name: (identifier) @name) @definition.type
(interface_declaration name: (identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.type
(annotation_type_declaration name: (identifier) @name) @definition.type
(record_declaration name: (identifier) @name parameters: (_) @parameters) @definition.type
(record_declaration parameters: (formal_parameters
  (formal_parameter type: (_) @returns name: (identifier) @name @definition.method)))
(object_creation_expression "new" @name (class_body)) @definition.type

(method_declaration
  type: (_) @returns name: (identifier) @name parameters: (_) @parameters) @definition.method
(constructor_declaration name: (identifier) @name parameters: (_) @parameters) @definition.method
(compact_constructor_declaration name: (identifier) @name) @definition.method
(annotation_type_element_declaration
  type: (_) @returns name: (identifier) @name) @definition.method

(enum_constant name: (identifier) @name) @definition.constant
(constant_declaration
  declarator: (variable_declarator name: (identifier) @name) @definition.constant)
(field_declaration
  (modifiers "static" "final")
  declarator: (variable_declarator name: (identifier) @name) @definition.constant)
(field_declaration
  (modifiers "final" "static")
  declarator: (variable_declarator name: (identifier) @name) @definition.constant)

; JUnit, TestNG; JUnit 3 by its base class.
((method_declaration
   (modifiers [
     (marker_annotation name: (identifier) @_annotation)
     (annotation name: (identifier) @_annotation)
   ])
   name: (identifier) @name) @definition.test
  (#any-of? @_annotation
    "Test" "ParameterizedTest" "RepeatedTest" "TestFactory" "TestTemplate" "Property" "Theory"))
((class_declaration
   superclass: (superclass (type_identifier) @_base)
   body: (class_body (method_declaration name: (identifier) @name) @definition.test))
  (#match? @_base "TestCase$")
  (#match? @name "^test"))

((block_comment) @doc . [
  (class_declaration name: (identifier) @name)
  (interface_declaration name: (identifier) @name)
  (enum_declaration name: (identifier) @name)
  (record_declaration name: (identifier) @name)
  (annotation_type_declaration name: (identifier) @name)
] @definition.type
  (#select-adjacent! @doc @definition.type))
((block_comment) @doc . [
  (method_declaration name: (identifier) @name)
  (constructor_declaration name: (identifier) @name)
] @definition.method
  (#select-adjacent! @doc @definition.method))
((block_comment) @doc . [
  (enum_constant name: (identifier) @name)
] @definition.constant
  (#select-adjacent! @doc @definition.constant))
((line_comment) @doc . [
  (class_declaration name: (identifier) @name)
  (interface_declaration name: (identifier) @name)
  (enum_declaration name: (identifier) @name)
] @definition.type
  (#select-adjacent! @doc @definition.type))
((line_comment) @doc . [
  (method_declaration name: (identifier) @name)
  (constructor_declaration name: (identifier) @name)
] @definition.method
  (#select-adjacent! @doc @definition.method))

[
  (class_declaration (modifiers "private"))
  (interface_declaration (modifiers "private"))
  (enum_declaration (modifiers "private"))
  (record_declaration (modifiers "private"))
  (method_declaration (modifiers "private"))
  (constructor_declaration (modifiers "private"))
] @visible.type
(field_declaration (modifiers "private") declarator: (variable_declarator) @visible.type)
[
  (class_declaration (modifiers "protected"))
  (interface_declaration (modifiers "protected"))
  (enum_declaration (modifiers "protected"))
  (method_declaration (modifiers "protected"))
  (constructor_declaration (modifiers "protected"))
] @visible.family
(field_declaration (modifiers "protected") declarator: (variable_declarator) @visible.family)

; import a.b.C, import a.b.*, import static a.b.C.m: the last one is named as what it imports.
(import_declaration [(scoped_identifier) (identifier)] @module .) @reference.import
(import_declaration (_) @module (asterisk) @name) @reference.import

(superclass [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
]) @reference.base
(super_interfaces (type_list [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
])) @reference.base
(extends_interfaces (type_list [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
])) @reference.base
(object_creation_expression
  type: [
    (type_identifier) @name
    (generic_type (type_identifier) @name)
    (scoped_type_identifier (_) @receiver (type_identifier) @name .)
    (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
  ]
  (class_body)) @reference.base

(object_creation_expression
  type: [
    (type_identifier) @name
    (generic_type (type_identifier) @name)
    (scoped_type_identifier (_) @receiver (type_identifier) @name .)
    (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
  ]
  arguments: (_) @arguments) @reference.new
(method_reference . [(identifier) (type_identifier)] @name "new" .) @reference.new
(enum_declaration
  name: (identifier) @name
  body: (enum_body (enum_constant arguments: (_) @arguments) @reference.new))

(method_invocation . name: (identifier) @name arguments: (_) @arguments) @reference.call
; Outer.this is an Outer, and ((Foo) x) is a Foo.
((method_invocation
   object: (_) @receiver name: (identifier) @name arguments: (_) @arguments) @reference.call
  (#strip! @receiver
    "^(?=(\\((?:[^()]++|(?1))*+\\))$)\\(\\((?=[A-Z][\\w.<>?, ]*\\)\\s*[\\w(])|^[A-Z][\\w.<>?, ]*\\K\\)(?s:.*)$|\\.this$"))
(explicit_constructor_invocation
  constructor: [(super) (this)] @name arguments: (_) @arguments) @reference.call
(method_reference . (_) @receiver (identifier) @name .) @reference.value

((type_identifier) @name @reference.type (#not-eq? @name "var"))
(scoped_type_identifier (_) @receiver (type_identifier) @name .) @reference.type
((field_access object: (identifier) @name) @reference.type (#match? @name "^[A-Z]"))
((marker_annotation name: (identifier) @name) @reference.type (#not-eq? @name "Override"))
(annotation name: (identifier) @name) @reference.type

(field_declaration
  type: [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @value
  declarator: (variable_declarator name: (identifier) @name)) @binding.type
((local_variable_declaration
   type: [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @value
   declarator: (variable_declarator name: (identifier) @name)) @binding.type
  (#not-eq? @value "var"))
((local_variable_declaration
   type: (type_identifier) @_var
   declarator: (variable_declarator
     name: (identifier) @name
     value: (object_creation_expression type: (_) @value))) @binding.call
  (#eq? @_var "var"))
((local_variable_declaration
   type: (type_identifier) @_var
   declarator: (variable_declarator
     name: (identifier) @name value: (method_invocation) @value)) @binding.call
  (#eq? @_var "var")
  (#strip! @value "(\\((?:\"(?:[^\"\\\\]|\\\\.)*\"|[^()\"]++|(?1))*+\\))$"))
((local_variable_declaration
   type: (type_identifier) @_var
   declarator: (variable_declarator
     name: (identifier) @name value: [
       (identifier) (field_access) (array_access) (ternary_expression) (parenthesized_expression)
     ] @value)) @binding.name
  (#eq? @_var "var"))
((local_variable_declaration
   type: (type_identifier) @_var
   declarator: (variable_declarator
     name: (identifier) @name value: (cast_expression type: (_) @value))) @binding.type
  (#eq? @_var "var"))
(formal_parameter
  type: [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @value
  name: (identifier) @name) @binding.type
(spread_parameter
  [(type_identifier) (scoped_type_identifier) (generic_type)] @value
  (variable_declarator name: (identifier) @name)) @binding.type
(catch_formal_parameter (catch_type (_) @value) name: (identifier) @name) @binding.type
(resource type: (_) @value name: (identifier) @name) @binding.type
((enhanced_for_statement
   type: [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @value
   name: (identifier) @name) @binding.type
  (#not-eq? @value "var"))
((enhanced_for_statement
   type: (type_identifier) @_var name: (identifier) @name value: (_) @value) @binding.element
  (#eq? @_var "var"))
(instanceof_expression right: (_) @value name: (identifier) @name) @binding.type
(type_pattern (_) @value . (identifier) @name) @binding.type
((record_pattern_component (_) @value . (identifier) @name) @binding.type
  (#not-eq? @value "var"))

[(line_comment) (block_comment)] @comment

(if_statement) @decision.branch
(if_statement alternative: (if_statement) @decision.elseif)
(if_statement alternative: [
  (block)
  (expression_statement)
  (return_statement)
  (throw_statement)
  (break_statement)
  (continue_statement)
  (yield_statement)
  (synchronized_statement)
  (try_statement)
  (try_with_resources_statement)
] @decision.else)
[(for_statement) (enhanced_for_statement) (while_statement) (do_statement)] @decision.loop
(catch_clause) @decision.catch
(switch_expression) @decision.switch
(switch_label "case") @decision.case
(guard) @decision.clause
(ternary_expression) @decision.ternary
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(break_statement (identifier)) @decision.jump
(continue_statement (identifier)) @decision.jump
(lambda_expression) @decision.nest
