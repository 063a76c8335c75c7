; What PHP files define, call and use. A property's binding has the name without "$", as in
; $this->name. Not resolved: callbacks that are strings ('trim'), methods and classes with computed
; names ($x->$name(), new $class), __call and __callStatic, conflicts between traits, aliases that
; `use ... { x as y; }` gives to methods, and the members of anonymous classes, which stand as
; methods of the function around them.

(namespace_definition name: (_) @name body: (_)) @scope.namespace
(namespace_definition name: (_) @name !body) @scope.rest

((comment)? @doc
  .
  (function_definition name: (_) @name parameters: (_) @parameters) @definition.function
  (#select-adjacent! @doc @definition.function))
(function_definition name: (_) @name return_type: (_) @returns) @definition.function
((comment)? @doc
  .
  (method_declaration name: (_) @name parameters: (_) @parameters) @definition.method
  (#select-adjacent! @doc @definition.method))
((method_declaration name: (_) @name return_type: (_) @returns) @definition.method
  (#strip! @returns "^\\?"))
((comment)? @doc
  .
  [
    (class_declaration name: (_) @name)
    (interface_declaration name: (_) @name)
    (trait_declaration name: (_) @name)
    (enum_declaration name: (_) @name)
  ] @definition.type
  (#select-adjacent! @doc @definition.type))
(const_element . (name) @name) @definition.constant
(enum_case name: (_) @name) @definition.constant
((function_call_expression
   function: (name) @_define
   arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant
  (#eq? @_define "define"))
; A closure under a name; it is called as it is written, with the "$".
(assignment_expression
  left: (variable_name) @name
  right: [
    (anonymous_function parameters: (_) @parameters)
    (arrow_function parameters: (_) @parameters)
  ]) @definition.function

((method_declaration (visibility_modifier) @_how) @visible.type
  (#eq? @_how "private"))
((method_declaration (visibility_modifier) @_how) @visible.family
  (#eq? @_how "protected"))
((const_declaration (visibility_modifier) @_how (const_element) @visible.type)
  (#eq? @_how "private"))
((const_declaration (visibility_modifier) @_how (const_element) @visible.family)
  (#eq? @_how "protected"))

; PHPUnit: methods test* of classes that are called so, and those marked as tests. Pest: test("...").
((class_declaration
   name: (_) @_class
   body: (declaration_list (method_declaration name: (_) @name) @definition.test))
  (#match? @_class "Test")
  (#match? @name "^test(?![a-z])"))
((method_declaration
   attributes: (attribute_list (attribute_group (attribute . (_) @_mark)))
   name: (_) @name) @definition.test
  (#match? @_mark "^(\\\\?PHPUnit\\\\Framework\\\\Attributes\\\\)?Test$"))
((comment) @_doc
  .
  (method_declaration name: (_) @name) @definition.test
  (#match? @_doc "(?s)^/\\*\\*.*[\\s*]@test\\b"))
((function_call_expression
   function: (name) @_test
   arguments: (arguments
     .
     (argument [(string (string_content) @name) (encapsed_string (string_content) @name)])
     .
     (argument [(anonymous_function) (arrow_function)]))) @definition.test
  (#any-of? @_test "test" "it"))

(class_declaration (base_clause [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.base))
(interface_declaration (base_clause [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.base))
(anonymous_class (base_clause [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.type))
(class_declaration (class_interface_clause [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.base))
(enum_declaration (class_interface_clause [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.base))
(use_declaration [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
] @reference.base)

; A call is a value when it is f(...): the value stands first.
(function_call_expression function: [
  (name) @name
  (variable_name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
  (relative_name (name) @name)
]) @reference.bare
(member_call_expression object: (_) @receiver name: (name) @name) @reference.bare
(nullsafe_member_call_expression object: (_) @receiver name: (name) @name) @reference.call
((scoped_call_expression scope: (_) @receiver name: (name) @name) @reference.bare
  (#strip! @receiver "^\\\\"))
(function_call_expression
  function: [
    (name) @name
    (qualified_name prefix: (namespace_name) @receiver (name) @name)
    (qualified_name prefix: "\\" . (name) @name)
  ]
  arguments: (arguments (variadic_placeholder))) @reference.value
(member_call_expression
  object: (_) @receiver
  name: (name) @name
  arguments: (arguments (variadic_placeholder))) @reference.value
((scoped_call_expression
   scope: (_) @receiver
   name: (name) @name
   arguments: (arguments (variadic_placeholder))) @reference.value
  (#strip! @receiver "^\\\\"))
((array_creation_expression
   .
   (array_element_initializer . (variable_name) @receiver .)
   .
   (array_element_initializer . (string (string_content) @name) .)
   .) @reference.value
  (#eq? @receiver "$this"))
((array_creation_expression
   .
   (array_element_initializer . (class_constant_access_expression . (_) @receiver . (name) @_class) .)
   .
   (array_element_initializer . (string (string_content) @name) .)
   .) @reference.value
  (#eq? @_class "class"))

(object_creation_expression . [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
]) @reference.new

((named_type [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
]) @reference.type
  (#match? @name "^(?!(self|static|parent)$)"))
(attribute . [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
]) @reference.type
(class_constant_access_expression . [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
  (qualified_name prefix: "\\" . (name) @name)
]) @reference.type
(scoped_property_access_expression scope: [
  (name) @name
  (qualified_name prefix: (namespace_name) @receiver (name) @name)
]) @reference.type
(binary_expression
  operator: "instanceof"
  right: [
    (name) @name
    (qualified_name prefix: (namespace_name) @receiver (name) @name)
  ]) @reference.type

; use A\B; use A\B as C; use function A\f; use A\{B, C as D};
((namespace_use_declaration
   (namespace_use_clause . [(name) (qualified_name)] @module !alias)) @reference.import
  (#strip! @module "^\\\\"))
((namespace_use_declaration
   (namespace_use_clause . [(name) (qualified_name)] @module alias: (_) @alias)) @reference.import
  (#strip! @module "^\\\\"))
((namespace_use_declaration
   (namespace_name) @_prefix
   body: (namespace_use_group
     (namespace_use_clause . [(name) (qualified_name)] @module !alias)))
  @reference.import
  (#prepend! @module @_prefix))
((namespace_use_declaration
   (namespace_name) @_prefix
   body: (namespace_use_group
     (namespace_use_clause . [(name) (qualified_name)] @module alias: (_) @alias)))
  @reference.import
  (#prepend! @module @_prefix))

; Files: beside this one, below a folder that is computed, or on the include path.
([
  (include_expression [(string) (encapsed_string)] @module)
  (include_once_expression [(string) (encapsed_string)] @module)
  (require_expression [(string) (encapsed_string)] @module)
  (require_once_expression [(string) (encapsed_string)] @module)
  (include_expression (parenthesized_expression [(string) (encapsed_string)] @module))
  (include_once_expression (parenthesized_expression [(string) (encapsed_string)] @module))
  (require_expression (parenthesized_expression [(string) (encapsed_string)] @module))
  (require_once_expression (parenthesized_expression [(string) (encapsed_string)] @module))
] @reference.import
  (#match? @module "^[\"'][^$]+[\"']$")
  (#strip! @module "[\"']"))
([
  (include_expression (binary_expression left: (_) @_folder right: (_) @module))
  (include_once_expression (binary_expression left: (_) @_folder right: (_) @module))
  (require_expression (binary_expression left: (_) @_folder right: (_) @module))
  (require_once_expression (binary_expression left: (_) @_folder right: (_) @module))
  (include_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (include_once_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (require_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (require_once_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
] @reference.import
  (#match? @_folder "^(__DIR__|dirname\\(__FILE__\\))$")
  (#match? @module "^[\"'][^$]+[\"']$")
  (#strip! @module "^[\"']|[\"']$")
  (#prepend! @module "."))
([
  (include_expression (binary_expression left: (_) @_folder right: (_) @module))
  (include_once_expression (binary_expression left: (_) @_folder right: (_) @module))
  (require_expression (binary_expression left: (_) @_folder right: (_) @module))
  (require_once_expression (binary_expression left: (_) @_folder right: (_) @module))
  (include_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (include_once_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (require_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
  (require_once_expression
    (parenthesized_expression (binary_expression left: (_) @_folder right: (_) @module)))
] @reference.import
  (#match? @_folder "^(?!__DIR__$|dirname\\(__FILE__\\)$)")
  (#match? @module "^[\"']/?[^$]*\\w/?[^$]*[\"']$")
  (#match? @module "/|^[\"']\\w")
  (#strip! @module "^[\"']/?|[\"']$")
  (#prepend! @module "/"))

; Types of properties, parameters and results, and what variables stand for.
(property_declaration
  type: [
    (named_type) @value
    (optional_type (named_type) @value)
    (union_type (named_type) @value)
  ]
  (property_element name: (variable_name (name) @name))) @binding.type
; Doc comments, where the code does not say: @var of a property or of a variable, @return.
((comment) @value
  .
  (property_declaration
    !type
    (property_element name: (variable_name (name) @name))) @binding.type
  (#match? @value "@var\\s+\\??\\\\?[A-Z]")
  (#strip! @value "^(?s:.*?@var\\s+)\\??|(?s:[^\\w\\\\].*)$"))
((comment) @name @value @binding.type
  (#match? @name "@var\\s+\\??\\\\?[A-Z][\\w\\\\]*\\s+\\$\\w")
  (#strip! @name "^(?s:.*?@var\\s+\\S+\\s+)|(?s:[^\\w$].*)$")
  (#strip! @value "^(?s:.*?@var\\s+)\\??|(?s:[^\\w\\\\].*)$"))
((comment) @returns
  .
  (method_declaration name: (_) @name !return_type) @definition.method
  (#match? @returns "@return\\s+\\??\\\\?[A-Z]")
  (#strip! @returns "^(?s:.*?@return\\s+)\\??|(?s:[^\\w\\\\].*)$"))
((comment) @returns
  .
  (function_definition name: (_) @name !return_type) @definition.function
  (#match? @returns "@return\\s+\\??\\\\?[A-Z]")
  (#strip! @returns "^(?s:.*?@return\\s+)\\??|(?s:[^\\w\\\\].*)$"))

((property_promotion_parameter name: (variable_name (name) @name) @value) @binding.name
  (#prepend! @name "$this->"))
([
  (simple_parameter type: (_) @value name: (variable_name) @name)
  (property_promotion_parameter type: (_) @value name: (variable_name) @name)
  (variadic_parameter type: (_) @value name: (variable_name) @name)
] @binding.type
  (#strip! @value "^\\?"))
(formal_parameters [
  (simple_parameter name: (variable_name) @name)
  (property_promotion_parameter name: (variable_name) @name)
  (variadic_parameter name: (variable_name) @name)
] @binding.parameter)
(catch_clause type: (type_list (named_type) @value) name: (variable_name) @name) @binding.type
((assignment_expression
  left: [
    (variable_name) (member_access_expression) (scoped_property_access_expression)
    (subscript_expression)
  ] @name
  right: [
    (variable_name) (member_access_expression) (nullsafe_member_access_expression)
    (object_creation_expression) (function_call_expression) (member_call_expression)
    (nullsafe_member_call_expression) (scoped_call_expression) (scoped_property_access_expression)
    (class_constant_access_expression) (array_creation_expression) (conditional_expression)
    (subscript_expression) (parenthesized_expression)
  ] @value) @binding.name
  (#strip! @value "\\(\\.\\.\\.\\)$"))
(assignment_expression
  left: [(variable_name) (member_access_expression) (scoped_property_access_expression)] @name
  right: (binary_expression operator: "??") @value) @binding.name
(foreach_statement . (_) @value . (variable_name) @name) @binding.element
(foreach_statement . (_) @value . (pair (_) . (variable_name) @name)) @binding.element
(function_call_expression
  function: (_) @name
  arguments: (arguments
    (argument [
      (variable_name) (member_access_expression) (object_creation_expression)
      (function_call_expression) (member_call_expression) (scoped_call_expression)
    ] @value) @binding.argument))
((member_call_expression
   arguments: (arguments
     (argument [
       (variable_name) (member_access_expression) (object_creation_expression)
       (function_call_expression) (member_call_expression) (scoped_call_expression)
     ] @value) @binding.argument)) @name
  (#strip! @name "(\\((?:[^()]++|(?1))*+\\))$"))
((scoped_call_expression
   arguments: (arguments
     (argument [
       (variable_name) (member_access_expression) (object_creation_expression)
       (function_call_expression) (member_call_expression) (scoped_call_expression)
     ] @value) @binding.argument)) @name
  (#strip! @name "(\\((?:[^()]++|(?1))*+\\))$"))
(object_creation_expression
  .
  [(name) (qualified_name)] @name
  (arguments
    (argument [
      (variable_name) (member_access_expression) (object_creation_expression)
      (function_call_expression) (member_call_expression) (scoped_call_expression)
    ] @value) @binding.argument))
(return_statement [
    (variable_name) (member_access_expression) (nullsafe_member_access_expression)
    (object_creation_expression) (function_call_expression) (member_call_expression)
    (nullsafe_member_call_expression) (scoped_call_expression) (scoped_property_access_expression)
    (class_constant_access_expression) (array_creation_expression) (conditional_expression)
    (subscript_expression) (parenthesized_expression)
] @value) @binding.return

(comment) @comment

(if_statement) @decision.branch
(else_if_clause) @decision.elseif
(else_clause body: (if_statement) @decision.elseif)
(else_clause body: [
  (compound_statement) (expression_statement) (return_statement) (echo_statement) (colon_block)
  (foreach_statement) (for_statement) (while_statement) (break_statement) (continue_statement)
]) @decision.else
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @decision.loop
[(switch_statement) (match_expression)] @decision.switch
[(case_statement) (match_conditional_expression)] @decision.case
(catch_clause) @decision.catch
(conditional_expression) @decision.ternary
(binary_expression operator: ["&&" "and"]) @decision.and
(binary_expression operator: ["||" "or"]) @decision.or
(goto_statement) @decision.jump
(break_statement (integer)) @decision.jump
(continue_statement (integer)) @decision.jump
((function_call_expression
   function: (_) @_taker
   arguments: (arguments (argument [(anonymous_function) (arrow_function)] @decision.nest)))
  (#match? @_taker "^(?!(test|it)$)"))
(member_call_expression
  arguments: (arguments (argument [(anonymous_function) (arrow_function)] @decision.nest)))
(scoped_call_expression
  arguments: (arguments (argument [(anonymous_function) (arrow_function)] @decision.nest)))
(nullsafe_member_call_expression
  arguments: (arguments (argument [(anonymous_function) (arrow_function)] @decision.nest)))
(object_creation_expression
  (arguments (argument [(anonymous_function) (arrow_function)] @decision.nest)))
(array_element_initializer [(anonymous_function) (arrow_function)] @decision.nest)
(return_statement [(anonymous_function) (arrow_function)] @decision.nest)
(parenthesized_expression [(anonymous_function) (arrow_function)] @decision.nest)
(assignment_expression
  left: [(member_access_expression) (subscript_expression) (scoped_property_access_expression)]
  right: [(anonymous_function) (arrow_function)] @decision.nest)
