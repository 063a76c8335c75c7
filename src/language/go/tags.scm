; What Go files define, call and import. Not resolved: calls through interfaces to one of their
; implementations, methods of embedded fields that another package defines, dot imports, build tags
; (all variants of a function are seen), generated code that is not in the tree.

((comment)? @doc
  .
  (function_declaration
    name: (identifier) @name
    parameters: (_) @parameters
    result: (_)? @returns) @definition.function
  (#select-adjacent! @doc @definition.function)
  (#strip! @returns "^\\(?\\*?|[,)].*$"))

((function_declaration name: (identifier) @name) @definition.test
  (#match? @name "^(Test|Benchmark|Fuzz|Example)([^a-z]|$)"))

((comment)? @doc
  .
  (method_declaration
    receiver: (parameter_list (parameter_declaration type: [
      (type_identifier) @owner
      (pointer_type (type_identifier) @owner)
      (generic_type type: (type_identifier) @owner)
      (pointer_type (generic_type type: (type_identifier) @owner))
    ]))
    name: (field_identifier) @name
    parameters: (_) @parameters
    result: (_)? @returns) @definition.method
  (#select-adjacent! @doc @definition.method)
  (#strip! @returns "^\\(?\\*?|[,)].*$"))

((comment)? @doc
  .
  (type_declaration . (type_spec name: (type_identifier) @name) @definition.type .)
  (#select-adjacent! @doc @definition.type))
(type_spec name: (type_identifier) @name) @definition.type
(type_alias name: (type_identifier) @name) @definition.type
(method_elem name: (field_identifier) @name parameters: (_) @parameters) @definition.method

(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))

(var_spec
  name: (identifier) @name
  value: (expression_list . (func_literal parameters: (_) @parameters))) @definition.function
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . (func_literal parameters: (_) @parameters))) @definition.function

(type_spec type: (struct_type (field_declaration_list (field_declaration !name type: [
  (type_identifier) @name
  (pointer_type (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
  (pointer_type (qualified_type
    package: (package_identifier) @receiver name: (type_identifier) @name))
]) @reference.base)))
(interface_type (type_elem [
  (type_identifier) @name
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
]) @reference.base)

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (parenthesized_expression (identifier) @name)) @reference.call
(call_expression
  function: (selector_expression operand: (_) @receiver field: (field_identifier) @name)) @reference.call
(call_expression
  function: (type_instantiation_expression type: (type_identifier) @name)) @reference.call

(composite_literal type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
]) @reference.new

(parameter_declaration type: [
  (type_identifier) @name
  (pointer_type (type_identifier) @name)
  (slice_type element: (type_identifier) @name)
  (slice_type element: (pointer_type (type_identifier) @name))
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
  (pointer_type (qualified_type
    package: (package_identifier) @receiver name: (type_identifier) @name))
]) @reference.type
(field_declaration name: (_) type: [
  (type_identifier) @name
  (pointer_type (type_identifier) @name)
  (slice_type element: (type_identifier) @name)
  (slice_type element: (pointer_type (type_identifier) @name))
  (map_type value: (type_identifier) @name)
  (map_type value: (pointer_type (type_identifier) @name))
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
  (pointer_type (qualified_type
    package: (package_identifier) @receiver name: (type_identifier) @name))
]) @reference.type
(var_spec type: [
  (type_identifier) @name
  (pointer_type (type_identifier) @name)
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
  (pointer_type (qualified_type
    package: (package_identifier) @receiver name: (type_identifier) @name))
]) @reference.type
(function_declaration result: [
  (type_identifier) @name
  (pointer_type (type_identifier) @name)
  (qualified_type package: (package_identifier) @receiver name: (type_identifier) @name)
  (pointer_type (qualified_type
    package: (package_identifier) @receiver name: (type_identifier) @name))
]) @reference.type

(argument_list (identifier) @name @reference.value)
(argument_list
  (selector_expression operand: (identifier) @receiver field: (field_identifier) @name) @reference.value)
(keyed_element value: (literal_element (identifier) @name @reference.value))
(literal_value (literal_element (identifier) @name @reference.value))
(assignment_statement right: (expression_list (identifier) @name @reference.value))

((import_spec !name path: (_) @module) @reference.import
  (#strip! @module "[\"`]"))
((import_spec name: (package_identifier) @alias path: (_) @module) @reference.import
  (#strip! @module "[\"`]"))
((import_spec name: (blank_identifier) @alias path: (_) @module) @reference.import
  (#strip! @module "[\"`]"))
((import_spec name: (dot) path: (_) @module) @reference.import
  (#strip! @module "[\"`]"))

((parameter_declaration name: (identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^[*.\\[\\]]*|\\[.*$"))
((var_spec name: (identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^\\*"))
((field_declaration name: (field_identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^[*\\[\\]]*"))
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . (call_expression function: (_) @value))) @binding.call
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . (composite_literal type: (_) @value))) @binding.call
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . (unary_expression operand: (composite_literal type: (_) @value)))) @binding.call
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . [(identifier) (selector_expression)] @value)) @binding.name
(var_spec
  name: (identifier) @name
  value: (expression_list . (call_expression function: (_) @value))) @binding.call
(var_spec
  name: (identifier) @name
  value: (expression_list . (composite_literal type: (_) @value))) @binding.call
(var_spec
  name: (identifier) @name
  value: (expression_list . (unary_expression operand: (composite_literal type: (_) @value)))) @binding.call

(comment) @comment

(if_statement) @decision.branch
(if_statement alternative: (if_statement) @decision.elseif)
(if_statement alternative: (block) @decision.else)
(for_statement) @decision.loop
[(expression_switch_statement) (type_switch_statement) (select_statement)] @decision.switch
[(expression_case) (type_case) (communication_case)] @decision.case
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(goto_statement) @decision.jump
(break_statement (label_name)) @decision.jump
(continue_statement (label_name)) @decision.jump
(func_literal) @decision.nest
