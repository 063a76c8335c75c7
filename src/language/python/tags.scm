; What Python files define, call and import. A function inside a class is a method by itself.

((function_definition
   name: (identifier) @name
   parameters: (_) @parameters
   body: (block . (expression_statement . (string) @doc .)?)) @definition.function
  (#strip! @doc "^[a-zA-Z]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$"))

((function_definition name: (identifier) @name) @definition.test
  (#match? @name "^test(_|[A-Z]|$)"))

((class_definition
   name: (identifier) @name
   body: (block . (expression_statement . (string) @doc .)?)) @definition.type
  (#strip! @doc "^[a-zA-Z]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$"))

((module (expression_statement (assignment left: (identifier) @name) @definition.constant))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))

(class_definition superclasses: (argument_list [
  (identifier) @name
  (attribute object: (_) @receiver attribute: (identifier) @name)
]) @reference.base)

(call function: (identifier) @name) @reference.call
(call function: (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.call

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
