; What C files define, call and include. A prototype is a declaration, never a definition. Not
; resolved: calls through function pointers, what a macro expands to (the macro is called, and is a
; node), definitions that a macro makes (but for NAME(x) { ... }, known as x), which branch of an
; #if is built (all are seen).

((comment)? @doc
  .
  (function_definition
    declarator: [
      (function_declarator declarator: (identifier) @name parameters: (_) @parameters)
      (pointer_declarator declarator:
        (function_declarator declarator: (identifier) @name parameters: (_) @parameters))
      (pointer_declarator declarator: (pointer_declarator declarator:
        (function_declarator declarator: (identifier) @name parameters: (_) @parameters)))
    ]) @definition.function
  (#select-adjacent! @doc @definition.function))

; A function whose head a macro makes: TEST(name) { ... }. The first argument names it.
((comment)? @doc
  .
  (function_definition
    type: (type_identifier) @_macro
    declarator: (parenthesized_declarator (identifier) @name)) @definition.function
  (#not-match? @_macro "TEST")
  (#select-adjacent! @doc @definition.function))
((comment)? @doc
  .
  (function_definition
    type: (type_identifier) @_macro
    declarator: (parenthesized_declarator (identifier) @name)) @definition.test
  (#match? @_macro "TEST")
  (#select-adjacent! @doc @definition.test))
(function_definition
  type: (type_identifier) @name @reference.call
  declarator: (parenthesized_declarator (identifier)))

(function_definition
  (storage_class_specifier) @_storage
  (#eq? @_storage "static")) @visible.file

(preproc_function_def name: (identifier) @name parameters: (_) @parameters) @definition.function
(preproc_def name: (identifier) @name value: (_)) @definition.constant

(struct_specifier name: (type_identifier) @name body: (_)) @definition.type
(union_specifier name: (type_identifier) @name body: (_)) @definition.type
(enum_specifier name: (type_identifier) @name body: (_)) @definition.type
(type_definition declarator: [
  (type_identifier) @name
  (pointer_declarator declarator: (type_identifier) @name)
  (array_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (type_identifier) @name)
]) @definition.type
(type_definition declarator: (primitive_type) @name) @definition.type
(type_definition declarator: [
  (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))
  (function_declarator declarator: (parenthesized_declarator [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
  ]))
  (pointer_declarator declarator: (function_declarator declarator:
    (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))))
]) @definition.type

(declaration
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  ]) @declaration.function

(call_expression function: (identifier) @name arguments: (_) @arguments) @reference.call
(call_expression
  function: (field_expression argument: (_) @receiver field: (field_identifier) @name)
  arguments: (_) @arguments) @reference.call

(declaration type: (type_identifier) @name @reference.type)
(parameter_declaration type: (type_identifier) @name @reference.type)
(field_declaration type: (type_identifier) @name @reference.type)
(function_definition type: (type_identifier) @name @reference.type)
(type_descriptor type: (type_identifier) @name @reference.type)
(type_definition type: (type_identifier) @name @reference.type)
(struct_specifier name: (type_identifier) @name !body) @reference.type
(union_specifier name: (type_identifier) @name !body) @reference.type
(enum_specifier name: (type_identifier) @name !body) @reference.type

(argument_list (identifier) @name @reference.value)
(argument_list (pointer_expression argument: (identifier) @name @reference.value))
(initializer_list (identifier) @name @reference.value)
(initializer_list (pointer_expression argument: (identifier) @name @reference.value))
(initializer_pair value: (identifier) @name @reference.value)
(initializer_pair value: (pointer_expression argument: (identifier) @name @reference.value))
(assignment_expression right: (identifier) @name @reference.value)
(init_declarator value: (identifier) @name @reference.value)
(return_statement (identifier) @name @reference.value)

((preproc_include path: [(string_literal) (system_lib_string)] @module) @reference.import
  (#strip! @module "\""))

((declaration
  type: [(type_identifier) (struct_specifier) (union_specifier)] @value
  declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
  ]) @binding.type
  (#strip! @value "^(struct|union) +"))
((parameter_declaration
  type: [(type_identifier) (struct_specifier) (union_specifier)] @value
  declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name)]) @binding.type
  (#strip! @value "^(struct|union) +"))
((field_declaration
  type: [(type_identifier) (struct_specifier) (union_specifier)] @value
  declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
  ]) @binding.type
  (#strip! @value "^(struct|union) +"))

(comment) @comment

(if_statement) @decision.branch
(else_clause (if_statement) @decision.elseif)
(else_clause [(compound_statement) (expression_statement) (return_statement)]) @decision.else
[(for_statement) (while_statement) (do_statement)] @decision.loop
(switch_statement) @decision.switch
(case_statement value: (_)) @decision.case
(conditional_expression) @decision.ternary
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(goto_statement) @decision.jump
