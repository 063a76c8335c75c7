; What JavaScript and TypeScript have in common; no language of its own. Not resolved: properties that
; are computed, functions that reach a call through arrays or dynamic property names, prototypes that
; are built by helpers, globals that a script of a page defines.

((comment)? @doc
  .
  (function_declaration
    name: (identifier) @name
    parameters: (_) @parameters) @definition.function
  (#select-adjacent! @doc @definition.function))
((comment)? @doc
  .
  (generator_function_declaration
    name: (identifier) @name
    parameters: (_) @parameters) @definition.function
  (#select-adjacent! @doc @definition.function))
((comment)? @doc
  .
  (export_statement declaration: [
    (function_declaration name: (identifier) @name)
    (generator_function_declaration name: (identifier) @name)
  ] @definition.function)
  (#select-adjacent! @doc @definition.function))

((comment)? @doc
  .
  [
    (lexical_declaration . (variable_declarator
      name: (identifier) @name
      value: [
        (arrow_function parameters: (_) @parameters)
        (arrow_function parameter: (identifier) @parameters)
        (function_expression parameters: (_) @parameters)
        (generator_function parameters: (_) @parameters)
      ]) @definition.function)
    (variable_declaration . (variable_declarator
      name: (identifier) @name
      value: [
        (arrow_function parameters: (_) @parameters)
        (arrow_function parameter: (identifier) @parameters)
        (function_expression parameters: (_) @parameters)
        (generator_function parameters: (_) @parameters)
      ]) @definition.function)
    (export_statement declaration: (lexical_declaration . (variable_declarator
      name: (identifier) @name
      value: [
        (arrow_function parameters: (_) @parameters)
        (arrow_function parameter: (identifier) @parameters)
        (function_expression parameters: (_) @parameters)
        (generator_function parameters: (_) @parameters)
      ]) @definition.function))
  ]
  (#select-adjacent! @doc @definition.function))
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function
((comment)? @doc
  .
  (expression_statement (assignment_expression
    left: [(identifier) @name (member_expression property: (property_identifier) @name)]
    right: [
        (arrow_function parameters: (_) @parameters)
        (arrow_function parameter: (identifier) @parameters)
        (function_expression parameters: (_) @parameters)
        (generator_function parameters: (_) @parameters)
      ]) @definition.function)
  (#not-eq? @name "exports")
  (#select-adjacent! @doc @definition.function))
((assignment_expression
  left: [
    (identifier) @name
    (member_expression property: [(property_identifier) (private_property_identifier)] @name)
  ]
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function
  (#not-eq? @name "exports"))
; What the module is has the name `exports`: it begins behind that, for the binding to stand outside.
((comment)? @doc
  .
  (expression_statement (assignment_expression
    left: (member_expression object: (identifier) @_module property: (property_identifier) @name)
    right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ] @definition.function))
  (#eq? @_module "module")
  (#eq? @name "exports")
  (#select-adjacent! @doc @definition.function))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ] @definition.function)
  (#eq? @_module "module")
  (#eq? @name "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @value) @name
  right: [(arrow_function) (function_expression) (generator_function)]) @binding.name
  (#eq? @_module "module")
  (#eq? @value "exports"))
(assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]
  (#eq? @_prototype "prototype")) @definition.method
(assignment_expression
  left: (member_expression object: (identifier) @owner property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]
  (#match? @owner "^[A-Z]")) @definition.method
((assignment_expression
  left: (member_expression object: (identifier) @name property: (property_identifier) @_prototype)
  right: (object)) @scope.type
  (#eq? @_prototype "prototype"))
((comment)? @doc
  .
  (pair
    key: (property_identifier) @name
    value: [
      (arrow_function parameters: (_) @parameters)
      (arrow_function parameter: (identifier) @parameters)
      (function_expression parameters: (_) @parameters)
      (generator_function parameters: (_) @parameters)
    ]) @definition.function
  (#select-adjacent! @doc @definition.function))
(pair
  key: (property_identifier) @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function
((pair
  key: (string) @name
  value: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function
  (#strip! @name "[\"']"))
((method_definition name: (string) @name parameters: (_) @parameters) @definition.method
  (#strip! @name "[\"']"))
(assignment_pattern
  left: (identifier) @name
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function
(object_assignment_pattern
  left: (shorthand_property_identifier_pattern) @name
  right: [
    (arrow_function parameters: (_) @parameters)
    (arrow_function parameter: (identifier) @parameters)
    (function_expression parameters: (_) @parameters)
    (generator_function parameters: (_) @parameters)
  ]) @definition.function

(variable_declarator name: (identifier) @name value: (object)) @scope.namespace
((comment)? @doc
  .
  (export_statement
    "default" @name
    value: [
      (arrow_function parameters: (_) @parameters)
      (arrow_function parameter: (identifier) @parameters)
      (function_expression parameters: (_) @parameters)
      (generator_function parameters: (_) @parameters)
    ]) @definition.function
  (#select-adjacent! @doc @definition.function))

((comment)? @doc
  .
  (method_definition
    name: [(property_identifier) (private_property_identifier)] @name
    parameters: (_) @parameters) @definition.method
  (#select-adjacent! @doc @definition.method))
((method_definition name: (private_property_identifier)) @visible.type)

((program (lexical_declaration "const" (variable_declarator name: (identifier) @name) @definition.constant))
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
((program (export_statement declaration:
    (lexical_declaration "const" (variable_declarator name: (identifier) @name) @definition.constant)))
  (#match? @name "^[A-Z][A-Z0-9_]+$"))

((call_expression
  function: [
    (identifier) @_test
    (member_expression object: (identifier) @_test)
    (call_expression function: (member_expression object: (identifier) @_test))
    (call_expression function: (member_expression object: (member_expression object: (identifier) @_test)))
  ]
  arguments: (arguments
    . [(string) (template_string)] @name
    [(arrow_function) (function_expression) (generator_function)])) @definition.test
  (#any-of? @_test "it" "test" "describe" "suite" "specify" "context" "bench" "fit" "xit" "fdescribe" "xdescribe")
  (#strip! @name "[\"'`]"))

((call_expression function: (identifier) @name) @reference.call (#not-eq? @name "require"))
(call_expression function: (parenthesized_expression (identifier) @name)) @reference.call
(call_expression function: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @name)) @reference.call
(call_expression function: (super) @name) @reference.call
(new_expression constructor: (identifier) @name) @reference.new
(new_expression constructor: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.new
(decorator (identifier) @name @reference.call)
(decorator (member_expression object: (_) @receiver property: (property_identifier) @name) @reference.call)

(arguments (identifier) @name @reference.value)
(arguments
  (member_expression object: (_) @receiver property: (property_identifier) @name) @reference.value)
(pair value: (identifier) @name @reference.value)
(array (identifier) @name @reference.value)
(object (shorthand_property_identifier) @name @reference.value)
(assignment_expression right: (identifier) @name @reference.value)
(return_statement (identifier) @name @reference.value)

((import_statement . "import" . source: (string) @module) @reference.import
  (#strip! @module "[\"']"))
((import_statement
  (import_clause (identifier) @name @alias) source: (string) @module) @reference.import
  (#strip! @module "[\"']")
  (#strip! @name ".*")
  (#prepend! @name "default"))
((import_statement
  (import_clause (named_imports (import_specifier name: (_) @name !alias)))
  source: (string) @module) @reference.import
  (#strip! @module "[\"']"))
((import_statement
  (import_clause (named_imports (import_specifier name: (_) @name alias: (identifier) @alias)))
  source: (string) @module) @reference.import
  (#strip! @module "[\"']"))
((import_statement
  (import_clause (namespace_import (identifier) @alias)) source: (string) @module) @reference.import
  (#strip! @module "[\"']"))
((export_statement
  (export_clause (export_specifier name: (_) @name !alias)) source: (string) @module) @reference.reexport
  (#strip! @module "[\"']"))
((export_statement
  (export_clause (export_specifier name: (_) @name alias: (_) @alias))
  source: (string) @module) @reference.reexport
  (#strip! @module "[\"']"))
((export_statement "*" @name source: (string) @module) @reference.reexport
  (#strip! @module "[\"']"))
((export_statement (namespace_export (identifier) @alias) source: (string) @module) @reference.reexport
  (#strip! @module "[\"']"))
((variable_declarator
  name: (identifier) @alias
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)))
  @reference.import
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @name)
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)))
  @reference.import
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((variable_declarator
  name: (object_pattern (pair_pattern key: (property_identifier) @name value: (identifier) @alias))
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)))
  @reference.import
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
; A module that is taken without being bound to a name: one that is bound would be found twice.
((expression_statement (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((arguments (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((pair value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((arrow_function body: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((return_statement (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((call_expression function: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((array (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((assignment_expression right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((spread_element (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @reference.import)
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((expression_statement (call_expression function: (member_expression
  object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))))) @reference.import
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((variable_declarator
  name: (identifier) @alias
  value: (member_expression
    object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
    property: (property_identifier) @name)) @reference.import
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports @name)
  right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)))
  @reference.reexport
  (#eq? @_module "module")
  (#eq? @_exports "exports")
  (#eq? @_require "require")
  (#strip! @name ".*")
  (#prepend! @name "*")
  (#strip! @module "[\"']"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (spread_element
    (call_expression function: (identifier) @_require @name arguments: (arguments . (string) @module .)))))
  @reference.reexport
  (#eq? @_module "module")
  (#eq? @_exports "exports")
  (#eq? @_require "require")
  (#strip! @name ".*")
  (#prepend! @name "*")
  (#strip! @module "[\"']"))
((assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @alias)
  right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)))
  @reference.reexport
  (#eq? @_exports "exports")
  (#eq? @_require "require")
  (#strip! @module "[\"']"))
((call_expression
  function: [(identifier) @_star (member_expression property: (property_identifier) @_star)]
  arguments: (arguments
    . (call_expression function: (identifier) @name arguments: (arguments . (string) @module .))))
  @reference.reexport
  (#eq? @_star "__exportStar")
  (#strip! @name ".*")
  (#prepend! @name "*")
  (#strip! @module "[\"']"))
((variable_declarator
  name: (identifier) @alias
  value: (await_expression
    (call_expression function: (import) arguments: (arguments . (string) @module)))) @reference.import
  (#strip! @module "[\"']"))
((variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @name)
  value: (await_expression
    (call_expression function: (import) arguments: (arguments . (string) @module)))) @reference.import
  (#strip! @module "[\"']"))
((variable_declarator
  name: (identifier) @alias
  value: (call_expression arguments: (arguments
    . (arrow_function body: (call_expression
      function: (import) @name
      arguments: (arguments . (string) @module)))))) @reference.import
  (#strip! @name ".*")
  (#prepend! @name "default")
  (#strip! @module "[\"']"))
((call_expression function: (import) arguments: (arguments . (string) @module)) @reference.import
  (#strip! @module "[\"']"))

((export_statement
  "default" @name
  declaration: [
    (function_declaration name: (identifier) @value)
    (generator_function_declaration name: (identifier) @value)
  ]) @binding.name)
((export_statement "default" @name value: (identifier) @value) @binding.name)
((export_statement !source (export_clause (export_specifier
  name: (_) @value alias: (_) @name))) @binding.name)
(variable_declarator
  name: [(identifier) (array_pattern)] @name
  value: [
    (new_expression constructor: (_) @value)
    (call_expression function: (_) @value)
    (await_expression (call_expression function: (_) @value))
  ]
  (#not-eq? @value "require")
  (#not-eq? @value "import")) @binding.call
(variable_declarator
  name: [(identifier) (array_pattern)] @name
  value: [
    (identifier) (member_expression) (subscript_expression) (ternary_expression) (this)
    (binary_expression operator: ["||" "??" "&&"]) (parenthesized_expression)
  ] @value) @binding.name
((variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @name @value
    (pair_pattern key: (property_identifier) @value value: (identifier) @name)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name @value)
  ] @binding.name)
  value: [(identifier) (member_expression) (this) (call_expression function: (identifier) @_function)] @_object)
  (#not-eq? @_function "require")
  (#prepend! @value @_object))
((variable_declarator
  name: (identifier) @_table
  value: (object (pair
    key: (property_identifier) @name
    value: [(identifier) (member_expression)] @value) @binding.name))
  (#prepend! @name @_table))
((variable_declarator
  name: (identifier) @_table
  value: (object (shorthand_property_identifier) @name @value @binding.name))
  (#prepend! @name @_table))
(assignment_expression
  left: [(identifier) (member_expression)] @name
  right: [
    (new_expression constructor: (_) @value)
    (call_expression function: (_) @value)
    (await_expression (call_expression function: (_) @value))
  ]
  (#not-eq? @value "require")
  (#not-eq? @value "import")) @binding.call
(assignment_expression
  left: [(identifier) (member_expression)] @name
  right: [
    (identifier) (member_expression) (subscript_expression) (ternary_expression) (this)
    (binary_expression operator: ["||" "??" "&&"]) (parenthesized_expression)
  ] @value) @binding.name
(assignment_expression
  left: (member_expression object: (this) property: (property_identifier) @value) @name
  right: [(arrow_function) (function_expression)]) @binding.name
(augmented_assignment_expression
  left: [(identifier) (member_expression)] @name
  operator: ["||=" "??="]
  right: [(new_expression) (call_expression) (identifier) (member_expression)] @value) @binding.name
(for_in_statement left: [(identifier) (array_pattern)] @name operator: "of" right: (_) @value) @binding.element
((call_expression
  function: (member_expression object: (_) @value property: (property_identifier) @_each)
  arguments: (arguments . (arrow_function parameter: (identifier) @name))) @binding.element
  (#any-of? @_each "forEach" "map" "filter" "find" "some" "every" "flatMap" "findIndex"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (pair key: (property_identifier) @name value: (identifier) @value) @binding.name))
  (#eq? @_module "module")
  (#eq? @_exports "exports"))
(return_statement [
  (identifier) (member_expression) (call_expression) (new_expression) (ternary_expression) (this)
  (binary_expression operator: ["||" "??" "&&"]) (await_expression) (parenthesized_expression)
] @value) @binding.return
(variable_declarator value: (arrow_function body: [
  (identifier) (member_expression) (call_expression) (new_expression) (ternary_expression)
] @value @binding.return))
(pair value: (arrow_function body: [
  (identifier) (member_expression) (call_expression) (new_expression)
] @value @binding.return))
(call_expression
  function: [(identifier) (member_expression)] @name
  arguments: (arguments [(identifier) (member_expression) (new_expression) (call_expression)] @value @binding.argument))
(new_expression
  constructor: [(identifier) (member_expression)] @name
  arguments: (arguments [(identifier) (member_expression) (new_expression) (call_expression)] @value @binding.argument))

(comment) @comment

(if_statement) @decision.branch
(else_clause (if_statement) @decision.elseif)
(else_clause [
  (statement_block) (expression_statement) (return_statement) (throw_statement) (for_statement)
  (for_in_statement) (while_statement) (do_statement) (switch_statement) (try_statement)
  (break_statement) (continue_statement)
]) @decision.else
[(for_statement) (for_in_statement) (while_statement) (do_statement)] @decision.loop
(switch_statement) @decision.switch
(switch_case) @decision.case
(catch_clause) @decision.catch
(ternary_expression) @decision.ternary
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(break_statement label: (_)) @decision.jump
(continue_statement label: (_)) @decision.jump
[(arrow_function) (function_expression) (generator_function)] @decision.nest
