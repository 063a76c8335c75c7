; What Rust files define, call and use. Not resolved: methods of a trait by the type that implements
; it, `super` in a module inside of a file, what `impl Trait for` makes of a type (no edge from type to trait), derive and other macros that
; make definitions, `use` lists nested more than twice, paths through generic types.

((line_comment) @doc . (function_item name: (identifier) @name) @definition.function
  (#select-adjacent! @doc @definition.function))
((line_comment) @doc . (attribute_item) . (function_item name: (identifier) @name) @definition.function)
((block_comment) @doc . (function_item name: (identifier) @name) @definition.function
  (#select-adjacent! @doc @definition.function))
(function_item
  name: (identifier) @name
  parameters: (_) @parameters
  !return_type) @definition.function
((function_item
  name: (identifier) @name
  parameters: (_) @parameters
  return_type: (_) @returns) @definition.function
  (#strip! @returns "^(&|mut |'[a-z]+ )+|<.*$"))
(trait_item body: (declaration_list (function_signature_item
  name: (identifier) @name
  parameters: (_) @parameters) @definition.method))
((attribute_item (attribute [(identifier) @_attribute (scoped_identifier name: (identifier) @_attribute)]))
  .
  (function_item name: (identifier) @name) @definition.test
  (#eq? @_attribute "test"))

((line_comment) @doc . (struct_item name: (type_identifier) @name) @definition.type
  (#select-adjacent! @doc @definition.type))
((line_comment) @doc . (attribute_item) . (struct_item name: (type_identifier) @name) @definition.type)
((line_comment) @doc . (enum_item name: (type_identifier) @name) @definition.type
  (#select-adjacent! @doc @definition.type))
((line_comment) @doc . (attribute_item) . (enum_item name: (type_identifier) @name) @definition.type)
((line_comment) @doc . (trait_item name: (type_identifier) @name) @definition.type
  (#select-adjacent! @doc @definition.type))
(struct_item name: (type_identifier) @name) @definition.type
(enum_item name: (type_identifier) @name) @definition.type
(union_item name: (type_identifier) @name) @definition.type
(trait_item name: (type_identifier) @name) @definition.type
(type_item name: (type_identifier) @name) @definition.type
(macro_definition name: (identifier) @name) @definition.function
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.constant
(let_declaration
  pattern: (identifier) @name
  value: (closure_expression parameters: (_) @parameters)) @definition.function

(mod_item name: (identifier) @name body: (_)) @scope.namespace
(impl_item type: (type_identifier) @name) @scope.type
(impl_item type: (generic_type type: (type_identifier) @name)) @scope.type
(impl_item type: (scoped_type_identifier name: (type_identifier) @name)) @scope.type
(impl_item type: (reference_type type: (type_identifier) @name)) @scope.type

(trait_item bounds: (trait_bounds (type_identifier) @name @reference.base))

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (generic_function function: (identifier) @name)) @reference.call
(call_expression function: (field_expression value: (_) @receiver field: (field_identifier) @name)) @reference.call
(call_expression function: (generic_function function: (field_expression
  value: (_) @receiver field: (field_identifier) @name))) @reference.call
(call_expression function: (scoped_identifier path: (_) @receiver name: (identifier) @name)) @reference.call
(call_expression function: (generic_function function: (scoped_identifier
  path: (_) @receiver name: (identifier) @name))) @reference.call
(macro_invocation macro: (identifier) @name) @reference.call
(macro_invocation macro: (scoped_identifier path: (_) @receiver name: (identifier) @name)) @reference.call

; In the arguments of a macro, which are tokens: what stands right before the dot or the path's end.
(token_tree (identifier) @name @reference.bare . (token_tree "("))
(token_tree (_) @_before . "." . (identifier) @reference.none . (token_tree "("))
(token_tree (_) @_before . "::" . (identifier) @reference.none . (token_tree "("))
(token_tree
  [(identifier) (self)] @receiver . "." . (identifier) @name @reference.call . (token_tree "("))
(token_tree
  [(identifier) (self)] @receiver . "::" . (identifier) @name @reference.call . (token_tree "("))
((token_tree
   (identifier) @receiver
   . (token_tree "(")
   . "."
   . (identifier) @name @reference.call
   . (token_tree "("))
  (#append! @receiver "()"))

(struct_expression name: (type_identifier) @name) @reference.new
(struct_expression name: (scoped_type_identifier
  path: (_) @receiver name: (type_identifier) @name)) @reference.new

(parameter type: (type_identifier) @name @reference.type)
(parameter type: (reference_type type: (type_identifier) @name @reference.type))
(field_declaration type: (type_identifier) @name @reference.type)
(function_item return_type: (type_identifier) @name @reference.type)
(function_item return_type: (reference_type type: (type_identifier) @name @reference.type))
(type_arguments (type_identifier) @name @reference.type)
(generic_type type: (type_identifier) @name @reference.type)
(trait_bounds (type_identifier) @name @reference.type)
(let_declaration type: (type_identifier) @name @reference.type)
(ordered_field_declaration_list type: (type_identifier) @name @reference.type)
(scoped_identifier path: (identifier) @name @reference.type (#match? @name "^[A-Z]"))

(arguments (identifier) @name @reference.value)
(arguments (scoped_identifier path: (_) @receiver name: (identifier) @name) @reference.value)
(field_initializer value: (identifier) @name @reference.value)
(array_expression (identifier) @name @reference.value)

((mod_item name: (identifier) @module @alias !body) @reference.reexport
  (#prepend! @module "self::"))
(use_declaration argument: (scoped_identifier path: (_) @module name: (identifier) @name)) @reference.import
(use_declaration argument: (identifier) @module @alias) @reference.import
(use_declaration argument: (use_as_clause
  path: (scoped_identifier path: (_) @module name: (identifier) @name)
  alias: (identifier) @alias)) @reference.import
(use_declaration argument: (use_wildcard (_) @module "*" @name)) @reference.import
(use_declaration argument: (scoped_use_list
  path: (_) @module list: (use_list (identifier) @name))) @reference.import
((use_declaration argument: (scoped_use_list
  path: (_) @module @alias list: (use_list (self)))) @reference.import
  (#strip! @alias "^.*::"))
(use_declaration argument: (scoped_use_list
  path: (_) @module list: (use_list (use_wildcard "*" @name)))) @reference.import
(use_declaration argument: (scoped_use_list
  path: (_) @module
  list: (use_list (use_as_clause path: (identifier) @name alias: (identifier) @alias)))) @reference.import
((use_declaration argument: (scoped_use_list
  path: (_) @_outer
  list: (use_list (scoped_identifier path: (_) @module name: (identifier) @name)))) @reference.import
  (#prepend! @module @_outer))
((use_declaration argument: (scoped_use_list
  path: (_) @_outer
  list: (use_list (scoped_use_list path: (_) @module list: (use_list (identifier) @name))))) @reference.import
  (#prepend! @module @_outer))
(use_declaration
  (visibility_modifier)
  argument: (scoped_identifier path: (_) @module name: (identifier) @name)) @reference.reexport
(use_declaration
  (visibility_modifier)
  argument: (use_as_clause
    path: (scoped_identifier path: (_) @module name: (identifier) @name)
    alias: (identifier) @alias)) @reference.reexport
(use_declaration
  (visibility_modifier)
  argument: (use_wildcard (_) @module "*" @name)) @reference.reexport
(use_declaration
  (visibility_modifier)
  argument: (scoped_use_list path: (_) @module list: (use_list (identifier) @name))) @reference.reexport

((parameter pattern: (identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^(&|mut |'[a-z]+ )+|<.*$"))
((field_declaration name: (field_identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^(&|mut |'[a-z]+ )+|<.*$"))
((let_declaration pattern: (identifier) @name type: (_) @value) @binding.type
  (#strip! @value "^(&|mut |'[a-z]+ )+|<.*$"))
(let_declaration
  pattern: (identifier) @name
  value: (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @value)) @binding.call
(let_declaration
  pattern: (identifier) @name
  value: (try_expression
    (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @value))) @binding.call
(let_declaration
  pattern: (identifier) @name value: (struct_expression name: (_) @value)) @binding.call
(let_declaration
  pattern: (identifier) @name
  value: (reference_expression value: (identifier) @value)) @binding.name
(let_declaration pattern: (identifier) @name value: (identifier) @value) @binding.name
(call_expression
  function: (identifier) @name
  arguments: (arguments (identifier) @value @binding.argument))

(line_comment) @comment
(block_comment) @comment

(if_expression) @decision.branch
(else_clause (if_expression) @decision.elseif)
(else_clause (block)) @decision.else
[(for_expression) (while_expression) (loop_expression)] @decision.loop
(match_expression) @decision.switch
((match_arm pattern: (match_pattern) @_pattern) @decision.case
  (#not-eq? @_pattern "_"))
(match_pattern condition: (_)) @decision.clause
(try_expression) @decision.clause
(let_declaration alternative: (block)) @decision.clause
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
(break_expression (label)) @decision.jump
(continue_expression (label)) @decision.jump
(closure_expression) @decision.nest
