; C#. Not resolved: which of several overloads with as many parameters, which override runs,
; reflection, generated code, `global using` of another file, dynamic, operators where they are
; used, an attribute's class by its short name, all but the first branch of an #if in the middle of
; something. Properties, indexers and events are methods: they run code, also when the compiler
; writes it; of their uses those after a dot are references. Fields are bindings unless constant. A
; member without a modifier is private where it is a class's method, else visible.

(namespace_declaration name: (_) @name) @scope.namespace
(file_scoped_namespace_declaration name: (_) @name) @scope.rest

(class_declaration name: (identifier) @name) @definition.type
(struct_declaration name: (identifier) @name) @definition.type
(interface_declaration name: (identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.type
(record_declaration name: (identifier) @name) @definition.type
(record_declaration (parameter_list
  (parameter type: (_) @returns name: (identifier) @name @definition.method)))
(delegate_declaration
  type: (_) @returns name: (identifier) @name parameters: (_) @parameters) @definition.type

(method_declaration
  returns: (_) @returns name: (identifier) @name parameters: (_) @parameters) @definition.method
(constructor_declaration name: (identifier) @name parameters: (_) @parameters) @definition.method
((destructor_declaration parameters: (_) @parameters) @name @definition.method
  (#strip! @name "^(?s:.*?)(?=~)|\\s*\\((?s:.*)$"))
(property_declaration type: (_) @returns name: (identifier) @name) @definition.method
(indexer_declaration
  type: (_) @returns "this" @name parameters: (_) @parameters) @definition.method
((operator_declaration
   type: (_) @returns parameters: (_) @parameters) @name @definition.method
  (#strip! @name "^(?s:.*?)(?=\\boperator\\b)|\\s*\\((?s:.*)$"))
((conversion_operator_declaration
   type: (_) @returns parameters: (_) @parameters) @name @definition.method
  (#strip! @name "^(?s:.*?)(?=\\boperator\\b)|\\s*\\((?s:.*)$"))
(event_declaration type: (_) @returns name: (identifier) @name) @definition.method
(event_field_declaration (variable_declaration
  type: (_) @returns (variable_declarator name: (identifier) @name) @definition.method))
(local_function_statement
  type: (_) @returns name: (identifier) @name parameters: (_) @parameters) @definition.function
(variable_declarator
  name: (identifier) @name
  (lambda_expression parameters: (_) @parameters)) @definition.function
(variable_declarator name: (identifier) @name (anonymous_method_expression)) @definition.function

(enum_member_declaration name: (identifier) @name) @definition.constant
((field_declaration
   (modifier) @_const
   (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
  (#eq? @_const "const"))
((field_declaration
   (modifier) @_static
   (modifier) @_readonly
   (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
  (#eq? @_static "static")
  (#eq? @_readonly "readonly"))

; xUnit, NUnit, MSTest.
((method_declaration
   (attribute_list (attribute name: (identifier) @_attribute))
   name: (identifier) @name) @definition.test
  (#any-of? @_attribute
    "Fact" "Theory" "Test" "TestCase" "TestCaseSource" "TestMethod" "DataTestMethod"))

((comment) @doc . [
  (class_declaration name: (identifier) @name)
  (struct_declaration name: (identifier) @name)
  (interface_declaration name: (identifier) @name)
  (enum_declaration name: (identifier) @name)
  (record_declaration name: (identifier) @name)
  (delegate_declaration name: (identifier) @name)
] @definition.type
  (#select-adjacent! @doc @definition.type))
((comment) @doc . [
  (method_declaration name: (identifier) @name)
  (constructor_declaration name: (identifier) @name)
  (property_declaration name: (identifier) @name)
  (event_declaration name: (identifier) @name)
] @definition.method
  (#select-adjacent! @doc @definition.method))
((comment) @doc . [
  (local_function_statement name: (identifier) @name)
] @definition.function
  (#select-adjacent! @doc @definition.function))
((comment) @doc . [
  (enum_member_declaration name: (identifier) @name)
] @definition.constant
  (#select-adjacent! @doc @definition.constant))

([
   (class_declaration (modifier) @_modifier)
   (struct_declaration (modifier) @_modifier)
   (interface_declaration (modifier) @_modifier)
   (enum_declaration (modifier) @_modifier)
   (record_declaration (modifier) @_modifier)
   (delegate_declaration (modifier) @_modifier)
   (method_declaration (modifier) @_modifier)
   (constructor_declaration (modifier) @_modifier)
   (property_declaration (modifier) @_modifier)
 ] @visible.type
  (#eq? @_modifier "private"))
((field_declaration
   (modifier) @_modifier
   (variable_declaration (variable_declarator) @visible.type))
  (#eq? @_modifier "private"))
([
   (method_declaration (modifier) @_modifier)
   (constructor_declaration (modifier) @_modifier)
   (property_declaration (modifier) @_modifier)
 ] @visible.family
  (#eq? @_modifier "protected"))
((field_declaration
   (modifier) @_modifier
   (variable_declaration (variable_declarator) @visible.family))
  (#eq? @_modifier "protected"))
((class_declaration (modifier) @_modifier) @visible.file (#eq? @_modifier "file"))
; Without a modifier, a class keeps it to itself.
(class_declaration
  body: (declaration_list (method_declaration . returns: (_)) @visible.type))
((class_declaration
   body: (declaration_list
     (method_declaration . (modifier) @_modifier . returns: (_)) @visible.type))
  (#any-of? @_modifier "static" "async"))

; using A.B, using static A.B.C, using X = A.B.C
(using_directive . [(identifier) (qualified_name)] @module .) @reference.import
((using_directive name: (identifier) @alias (_) @module .) @reference.import
  (#strip! @module "<.*$"))

(base_list [
  (identifier) @name
  (generic_name (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (generic_name (identifier) @name))
  (primary_constructor_base_type type: (identifier) @name)
]) @reference.base

(object_creation_expression
  type: [
    (identifier) @name
    (generic_name (identifier) @name)
    (qualified_name qualifier: (_) @receiver name: (identifier) @name)
    (qualified_name qualifier: (_) @receiver name: (generic_name (identifier) @name))
  ]
  arguments: (_)? @arguments) @reference.new
(variable_declaration
  type: [(identifier) @name (generic_name (identifier) @name)]
  (variable_declarator
    (implicit_object_creation_expression (argument_list) @arguments))) @reference.new
(property_declaration
  type: [(identifier) @name (generic_name (identifier) @name)]
  value: (implicit_object_creation_expression (argument_list) @arguments)) @reference.new

((invocation_expression
   function: (identifier) @name arguments: (_) @arguments) @reference.call
  (#not-eq? @name "nameof"))
(invocation_expression
  function: (generic_name (identifier) @name) arguments: (_) @arguments) @reference.call
; ((Foo)x) and (x as Foo) are a Foo.
((invocation_expression
   function: (member_access_expression
     expression: _ @receiver
     name: [(identifier) @name (generic_name (identifier) @name)])
   arguments: (_) @arguments) @reference.call
  (#strip! @receiver
    "^(?=(\\((?:[^()]++|(?1))*+\\))$)\\(\\((?=[A-Z][\\w.<>?, ]*\\)\\s*[\\w(])|^\\((?s:.*)\\bas (?=[A-Z][\\w.<>?, ]*\\)$)|^[A-Z][\\w.<>?, ]*\\K\\)(?s:.*)$"))
(invocation_expression
  function: (conditional_access_expression
    condition: (_) @receiver
    (member_binding_expression
      name: [(identifier) @name (generic_name (identifier) @name)]))
  arguments: (_) @arguments) @reference.call
(constructor_initializer
  ["base" "this"] @name (argument_list) @arguments) @reference.call

; Groups of methods, and properties that are read or written.
(member_access_expression
  expression: _ @receiver
  name: [(identifier) @name (generic_name (identifier) @name)]) @reference.value
((argument (identifier) @name) @reference.value (#match? @name "^[A-Z]"))
((assignment_expression right: (identifier) @name) @reference.value (#match? @name "^[A-Z]"))

((member_access_expression expression: (identifier) @name) @reference.type
  (#match? @name "^[A-Z]"))
(generic_name . (identifier) @name) @reference.type
[
  (attribute name: (identifier) @name)
  (local_function_statement type: (identifier) @name)
  (delegate_declaration type: (identifier) @name)
  (indexer_declaration type: (identifier) @name)
  (event_declaration type: (identifier) @name)
  (operator_declaration type: (identifier) @name)
  (conversion_operator_declaration type: (identifier) @name)
  (nullable_type type: (identifier) @name)
  (array_type type: (identifier) @name)
  (pointer_type type: (identifier) @name)
  (ref_type type: (identifier) @name)
  (tuple_element type: (identifier) @name)
  (type_parameter_constraint type: (identifier) @name)
  (default_expression type: (identifier) @name)
  (foreach_statement type: (identifier) @name)
  (declaration_expression type: (identifier) @name)
  (recursive_pattern type: (identifier) @name)
  (type_pattern type: (identifier) @name)
] @reference.type
[
  (variable_declaration type: (identifier) @name)
  (parameter type: (identifier) @name)
  (method_declaration returns: (identifier) @name)
  (property_declaration type: (identifier) @name)
  (cast_expression type: (identifier) @name)
  (as_expression right: (identifier) @name)
  (is_expression right: (identifier) @name)
  (typeof_expression type: (identifier) @name)
  (catch_declaration type: (identifier) @name)
  (declaration_pattern type: (identifier) @name)
] @reference.type
[
  (variable_declaration
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (parameter
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (method_declaration
    returns: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (property_declaration
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (cast_expression
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (as_expression
    right: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (is_expression
    right: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (typeof_expression
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (catch_declaration
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
  (declaration_pattern
    type: (qualified_name qualifier: (_) @receiver name: (identifier) @name))
] @reference.type
(type_argument_list [
  (identifier) @name
  (qualified_name qualifier: (_) @receiver name: (identifier) @name)
]) @reference.type
(explicit_interface_specifier (identifier) @name) @reference.type

(variable_declaration
  type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type)] @value
  (variable_declarator name: (identifier) @name)) @binding.type
(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @name
    (object_creation_expression type: (_) @value))) @binding.call
(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @name
    (invocation_expression function: (_) @value))) @binding.call
(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @name
    (await_expression (invocation_expression function: (_) @value)))) @binding.call
(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @name
    [
      (identifier)
      (member_access_expression)
      (element_access_expression)
      (conditional_expression)
      (parenthesized_expression)
    ] @value)) @binding.name
(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @name
    [(cast_expression type: (_) @value) (as_expression right: (_) @value)])) @binding.type
(parameter
  type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type)] @value
  name: (identifier) @name) @binding.type
(parameter_list
  type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type)] @value
  name: (identifier) @name) @binding.type
(foreach_statement
  type: [(identifier) (generic_name) (qualified_name) (nullable_type)] @value
  left: (identifier) @name) @binding.type
(foreach_statement
  type: (implicit_type) left: (identifier) @name right: (_) @value) @binding.element
(from_clause name: (identifier) @name (_) @value .) @binding.element
(catch_declaration type: (_) @value name: (identifier) @name) @binding.type
(declaration_expression
  type: [(identifier) (generic_name) (qualified_name) (nullable_type)] @value
  name: (identifier) @name) @binding.type
(declaration_pattern type: (_) @value name: (identifier) @name) @binding.type
(recursive_pattern type: (_) @value name: (identifier) @name) @binding.type

(comment) @comment

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
  (lock_statement)
  (using_statement)
  (try_statement)
] @decision.else)
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @decision.loop
(catch_clause) @decision.catch
(catch_filter_clause) @decision.clause
[(switch_statement) (switch_expression)] @decision.switch
(switch_section "case") @decision.case
(switch_expression_arm [
  (constant_pattern)
  (declaration_pattern)
  (recursive_pattern)
  (var_pattern)
  (negated_pattern)
  (parenthesized_pattern)
  (relational_pattern)
  (or_pattern)
  (and_pattern)
  (list_pattern)
  (type_pattern)
]) @decision.case
(when_clause) @decision.clause
(conditional_expression) @decision.ternary
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(binary_expression operator: "??") @decision.clause
(and_pattern) @decision.and
(or_pattern) @decision.or
(goto_statement) @decision.jump
; A lambda with a name is a definition by itself.
(argument (lambda_expression) @decision.nest)
(assignment_expression right: (lambda_expression) @decision.nest)
(return_statement (lambda_expression) @decision.nest)
(arrow_expression_clause (lambda_expression) @decision.nest)
(lambda_expression body: (lambda_expression) @decision.nest)
(argument (anonymous_method_expression) @decision.nest)
(assignment_expression right: (anonymous_method_expression) @decision.nest)
