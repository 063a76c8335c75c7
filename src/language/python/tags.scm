; What Python files define, call and import. A function inside a class is a method by itself.
; Values flow through names, members, arguments, results, decorators, tuples, lists and tables.
; Not resolved: what is found by name at run time (getattr, eval, __getattr__), lambdas without a
; name, order of assignments (a name holds all that it is ever given), keys that are computed,
; implicit calls of operators, loops and `with`, metaclasses, monkey patches of foreign modules.

((function_definition
   name: (identifier) @name
   parameters: (_) @parameters
   return_type: (type)? @returns
   body: (block . (expression_statement . (string) @doc .)?)) @definition.function
  (#strip! @doc "^[a-zA-Z]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$"))

((function_definition name: (identifier) @name) @definition.test
  (#match? @name "^test(_|[A-Z]|$)"))

((class_definition
   name: (identifier) @name
   body: (block . (expression_statement . (string) @doc .)?)) @definition.type
  (#strip! @doc "^[a-zA-Z]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$"))

(assignment
  left: (identifier) @name
  right: (lambda parameters: (_)? @parameters)) @definition.function

((module (expression_statement (assignment left: (identifier) @name) @definition.constant))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))

(class_definition superclasses: (argument_list [
  (identifier) @name
  (attribute object: (_) @receiver attribute: (identifier) @name)
]) @reference.base)

(call function: (identifier) @name) @reference.call
(call function: (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.call

(call function: [(call) (subscript)] @name) @reference.call
(decorator (identifier) @name) @reference.call
(decorator (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.call
(decorator (call) @name) @reference.call
(raise_statement . (identifier) @name) @reference.new
(raise_statement . (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.new
(type (identifier) @name) @reference.type
(type (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.type

(assignment
  left: (_) @name
  right: [
    (identifier) (attribute) (subscript) (assignment) (expression_list) (tuple)
    (conditional_expression) (boolean_operator) (await)
    (list . [(identifier) (attribute) (call) (list) (tuple) (none)])
    (dictionary . (pair value: [(identifier) (attribute) (call) (dictionary)]))
  ] @value) @binding.name
(assignment left: (_) @name right: (call function: (_) @value)) @binding.call
(assignment left: (_) @name type: (type) @value) @binding.type
(named_expression name: (_) @name value: (_) @value) @binding.name
(with_item (as_pattern (_) @value alias: (as_pattern_target (_) @name))) @binding.name
(except_clause (as_pattern (_) @value alias: (as_pattern_target (_) @name))) @binding.type
(for_statement left: (_) @name right: (_) @value) @binding.element
(for_in_clause left: (_) @name right: (_) @value) @binding.element
(decorated_definition
  (decorator) @value @binding.name
  definition: [(function_definition name: (_) @name) (class_definition name: (_) @name)])

(parameters (identifier) @binding.parameter @name)
(parameters (default_parameter name: (_) @name value: (_) @value) @binding.parameter)
(parameters (typed_parameter . (identifier) @name) @binding.parameter)
(parameters (typed_default_parameter name: (_) @name) @binding.parameter)
(parameters (typed_parameter . (identifier) @name type: (type) @value) @binding.type)
(parameters (typed_default_parameter name: (_) @name type: (type) @value) @binding.type)
(call
  function: [(identifier) (attribute) (call)] @name
  arguments: (argument_list [
    (identifier) (attribute object: (identifier))
    (keyword_argument value: [(identifier) (attribute object: (identifier))])
  ] @binding.argument @value))
((call
  function: [(identifier) (attribute)] @name
  arguments: (argument_list
    (call function: (identifier) arguments: (_) @_none) @binding.argument @value))
  (#eq? @_none "()"))
(assignment right: (lambda parameters: (lambda_parameters (identifier) @binding.parameter @name)))
(assignment right: (lambda body: [(identifier) (attribute) (call)] @binding.return @value))
(return_statement [
  (identifier) (attribute) (call) (tuple) (expression_list) (conditional_expression)
  (boolean_operator) (parenthesized_expression) (dictionary) (await)
] @value) @binding.return
(yield [(identifier) (attribute) (call) (tuple)] @value) @binding.return

(import_statement name: (dotted_name) @module) @reference.import
(import_statement
  name: (aliased_import name: (dotted_name) @module alias: (identifier) @alias)) @reference.import
(import_from_statement module_name: (_) @module name: (dotted_name) @name) @reference.import
(import_from_statement
  module_name: (_) @module
  name: (aliased_import name: (dotted_name) @name alias: (identifier) @alias)) @reference.import
(import_from_statement module_name: (_) @module (wildcard_import) @name) @reference.import

(comment) @comment

(if_statement) @decision.branch
(elif_clause) @decision.elseif
(else_clause) @decision.else
[(for_statement) (while_statement)] @decision.loop
(except_clause) @decision.catch
(match_statement) @decision.switch
((case_clause . (case_pattern) @_pattern) @decision.case
  (#not-eq? @_pattern "_"))
(conditional_expression) @decision.ternary
[(for_in_clause) (if_clause)] @decision.clause
(boolean_operator operator: "and") @decision.and
(boolean_operator operator: "or") @decision.or
(lambda) @decision.nest
