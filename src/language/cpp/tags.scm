; What C++ adds to C, whose rules stand before these. Not resolved: overloads by the types of their
; arguments, names that argument-dependent lookup finds, virtual calls to one of several overrides,
; templates by what they are made with, `using` declarations, what a smart pointer points to.

((comment)? @doc
  .
  (function_definition
    declarator: (function_declarator
      declarator: [(field_identifier) (operator_name)] @name
      parameters: (_) @parameters)) @definition.function
  (#select-adjacent! @doc @definition.function))
; `~X() = 0` has no body.
(function_definition
  declarator: (function_declarator declarator: (destructor_name) @name parameters: (_) @parameters)
  [(compound_statement) (try_statement) (default_method_clause)]) @definition.function
; `void f() {};` in a class: with the semicolon it looks like a field that begins as {}.
(field_declaration
  declarator: (function_declarator declarator: (field_identifier) @name parameters: (_) @parameters)
  default_value: (initializer_list)) @definition.function
; Conversions, `operator bool() const`, are named by the type.
((function_definition declarator: (operator_cast) @name) @definition.function
  (#strip! @name "[ \\t]*\\(.*$"))
(function_definition
  declarator: (pointer_declarator declarator: (function_declarator
    declarator: [(field_identifier) (operator_name)] @name
    parameters: (_) @parameters))) @definition.function
(function_definition
  declarator: (reference_declarator (function_declarator
    declarator: [(identifier) (field_identifier) (operator_name)] @name
    parameters: (_) @parameters))) @definition.function

((comment)? @doc
  .
  (function_definition
    declarator: (function_declarator
      declarator: (qualified_identifier
        scope: [(namespace_identifier) @owner (template_type name: (type_identifier) @owner)]
        name: [(identifier) (destructor_name) (operator_name)] @name)
      parameters: (_) @parameters)) @definition.method
  (#select-adjacent! @doc @definition.method))
((comment)? @doc
  .
  (function_definition
    declarator: (function_declarator
      declarator: (qualified_identifier
        scope: [(namespace_identifier) @_outer (template_type name: (type_identifier) @_outer)]
        name: (qualified_identifier
          scope: [(namespace_identifier) @owner (template_type name: (type_identifier) @owner)]
          name: [(identifier) (destructor_name) (operator_name)] @name))
      parameters: (_) @parameters)) @definition.method
  (#select-adjacent! @doc @definition.method)
  (#prepend! @owner @_outer))
(function_definition
  declarator: [
    (pointer_declarator declarator: (function_declarator
      declarator: (qualified_identifier
        scope: [(namespace_identifier) @owner (template_type name: (type_identifier) @owner)]
        name: [(identifier) (operator_name)] @name)
      parameters: (_) @parameters))
    (reference_declarator (function_declarator
      declarator: (qualified_identifier
        scope: [(namespace_identifier) @owner (template_type name: (type_identifier) @owner)]
        name: [(identifier) (operator_name)] @name)
      parameters: (_) @parameters))
  ]) @definition.method
(init_declarator
  declarator: (identifier) @name
  value: (lambda_expression)) @definition.function

((comment)? @doc
  .
  [
    (class_specifier name: (type_identifier) @name body: (_)) @definition.type
    (template_declaration (class_specifier name: (type_identifier) @name body: (_)) @definition.type)
    (template_declaration (struct_specifier name: (type_identifier) @name body: (_)) @definition.type)
  ]
  (#select-adjacent! @doc @definition.type))
(class_specifier name: (type_identifier) @name body: (_)) @definition.type
(class_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.type
(struct_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.type
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
((comment)? @doc
  .
  (template_declaration (function_definition declarator: (function_declarator
    declarator: (identifier) @name parameters: (_) @parameters)) @definition.function)
  (#select-adjacent! @doc @definition.function))

(namespace_definition name: (_) @name) @scope.namespace
(namespace_definition !name body: (declaration_list (function_definition) @visible.file))
((access_specifier) @section.public (#match? @section.public "^public"))
((access_specifier) @section.family (#match? @section.family "^protected"))
((access_specifier) @section.type (#match? @section.type "^private"))

((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list . (parameter_declaration) . (parameter_declaration) @name .)))
  @definition.test
  (#match? @_macro "^(TYPED_)?TEST(_F|_P)?$"))

(field_declaration declarator: [
  (function_declarator declarator: (field_identifier) @name)
  (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))
  (reference_declarator (function_declarator declarator: (field_identifier) @name))
]) @declaration.function

(base_class_clause (type_identifier) @name @reference.base)
(base_class_clause (template_type name: (type_identifier) @name) @reference.base)
(base_class_clause (qualified_identifier
  scope: (namespace_identifier) @receiver name: (type_identifier) @name) @reference.base)
(base_class_clause (qualified_identifier
  scope: (namespace_identifier) @receiver
  name: (template_type name: (type_identifier) @name)) @reference.base)

(call_expression
  function: (qualified_identifier scope: (_) @receiver name: [
    (identifier) @name
    (template_function name: (identifier) @name)
  ])
  arguments: (_) @arguments) @reference.call
((call_expression
  function: (qualified_identifier
    scope: (_) @_outer
    name: (qualified_identifier scope: (_) @receiver name: (identifier) @name))
  arguments: (_) @arguments) @reference.call
  (#prepend! @receiver @_outer))
(call_expression
  function: (template_function name: (identifier) @name) arguments: (_) @arguments) @reference.call
(call_expression
  function: (field_expression
    argument: (_) @receiver field: (template_method name: (field_identifier) @name))
  arguments: (_) @arguments) @reference.call

(new_expression
  type: [(type_identifier) @name (template_type name: (type_identifier) @name)]
  arguments: (_)? @arguments) @reference.new
(new_expression
  type: (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)
  arguments: (_)? @arguments) @reference.new
; Bases and members that a constructor begins with; members mostly begin with a small letter.
((field_initializer
  . [(field_identifier) @name (template_method name: (field_identifier) @name)]
  (argument_list) @arguments) @reference.new
  (#match? @name "^[A-Z]"))
(field_initializer
  . (qualified_identifier scope: (_) @receiver name: (field_identifier) @name)
  (argument_list) @arguments) @reference.new
; Type x(1); Type x{1}; and Type x(y), which looks like a prototype in a function.
(declaration
  type: [(type_identifier) @name (template_type name: (type_identifier) @name)]
  declarator: (init_declarator
    value: [(argument_list) (initializer_list)] @arguments)) @reference.new
(declaration
  type: (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)
  declarator: (init_declarator
    value: [(argument_list) (initializer_list)] @arguments)) @reference.new
(compound_statement (declaration
  type: (type_identifier) @name
  declarator: (function_declarator parameters: (_) @arguments)) @reference.new)
(compound_literal_expression type: (type_identifier) @name) @reference.new

(template_argument_list (type_descriptor type: (type_identifier) @name @reference.type))
(declaration type: (template_type name: (type_identifier) @name @reference.type))
(parameter_declaration type: (template_type name: (type_identifier) @name @reference.type))
(field_declaration type: (template_type name: (type_identifier) @name @reference.type))
(declaration type: (qualified_identifier
  scope: (_) @receiver name: (type_identifier) @name) @reference.type)
(parameter_declaration type: (qualified_identifier
  scope: (_) @receiver name: (type_identifier) @name) @reference.type)
(field_declaration type: (qualified_identifier
  scope: (_) @receiver name: (type_identifier) @name) @reference.type)

(parameter_declaration
  type: [(type_identifier) (qualified_identifier) (template_type)] @value
  declarator: (reference_declarator (identifier) @name)) @binding.type
(parameter_declaration
  type: [(qualified_identifier) (template_type)] @value
  declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name)]) @binding.type
(compound_statement (declaration
  type: [(type_identifier) (qualified_identifier)] @value
  declarator: (function_declarator declarator: (identifier) @name)) @binding.type)
(declaration
  type: (type_identifier) @value
  declarator: (init_declarator declarator: (reference_declarator (identifier) @name))) @binding.type
(declaration
  type: [(qualified_identifier) (template_type)] @value
  declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (init_declarator declarator: (reference_declarator (identifier) @name))
  ]) @binding.type
(field_declaration
  type: [(qualified_identifier) (template_type)] @value
  declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
  ]) @binding.type
(declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: (identifier) @name
    value: (call_expression function: (_) @value))) @binding.call
(declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: (identifier) @name
    value: (new_expression type: (_) @value))) @binding.call

(for_range_loop) @decision.loop
(catch_clause) @decision.catch
(lambda_expression) @decision.nest
