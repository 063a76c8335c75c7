; What C files define, call and include. A prototype is a declaration, never a definition.

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

(function_definition
  (storage_class_specifier) @_storage
  (#eq? @_storage "static")) @visible.file

(preproc_function_def name: (identifier) @name parameters: (_) @parameters) @definition.function
(preproc_def name: (identifier) @name value: (_)) @definition.constant

(struct_specifier name: (type_identifier) @name body: (_)) @definition.type
(union_specifier name: (type_identifier) @name body: (_)) @definition.type
(enum_specifier name: (type_identifier) @name body: (_)) @definition.type
(type_definition declarator: (type_identifier) @name) @definition.type
(type_definition
  declarator: (function_declarator declarator:
    (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @definition.type

(declaration
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  ]) @declaration.function

(call_expression function: (identifier) @name) @reference.call
(call_expression
  function: (field_expression argument: (_) @receiver field: (field_identifier) @name)) @reference.call

((preproc_include path: [(string_literal) (system_lib_string)] @module) @reference.import
  (#strip! @module "\""))

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
