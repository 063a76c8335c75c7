; What Ruby files define, call and require. A word alone is a call unless the method around it uses
; it as a variable. Not resolved: method_missing and methods made from computed names, send with
; one, super (which method it means is a matter of ancestors at run time), setters (x.y = 1 is
; taken for y), visibility that is set by name (private :x), refinements, monkey patches by
; class_eval of text, and constants that an autoloader of a framework finds by a file's name.

((comment)? @doc
  .
  [
    (method name: (_) @name parameters: (_)? @parameters)
    (singleton_method name: (_) @name parameters: (_)? @parameters)
  ] @definition.method
  (#select-adjacent! @doc @definition.method))
((comment)? @doc
  .
  [
    (class name: (constant) @name)
    (class name: (scope_resolution scope: (_)? @owner name: (_) @name))
    (module name: (constant) @name)
    (module name: (scope_resolution scope: (_)? @owner name: (_) @name))
  ] @definition.type
  (#select-adjacent! @doc @definition.type))

; The first comment of a body stands before the body.
(_ (comment) @doc
  .
  body: (body_statement
    .
    [(method name: (_) @name) (singleton_method name: (_) @name)] @definition.method)
  (#select-adjacent! @doc @definition.method))
(_ (comment) @doc
  .
  body: (body_statement
    .
    [
      (class name: [(constant) @name (scope_resolution name: (_) @name)])
      (module name: [(constant) @name (scope_resolution name: (_) @name)])
    ] @definition.type)
  (#select-adjacent! @doc @definition.type))

(program (singleton_method object: (constant) @owner name: (_) @name) @definition.method)
(singleton_method) @visible.everywhere
((method name: (identifier) @name) @definition.test
  (#match? @name "^test_"))

; Classes and constants that are assigned.
((comment)? @doc
  .
  (assignment
    left: (constant) @name
    right: (call receiver: (constant) @_maker method: (identifier) @_new)) @definition.type
  (#any-of? @_maker "Struct" "Class" "Module" "Data")
  (#any-of? @_new "new" "define")
  (#select-adjacent! @doc @definition.type))
(assignment
  left: (constant)
  right: (call
    receiver: (constant) @_maker
    method: (identifier) @_new
    arguments: (argument_list . [
      (constant) @name
      (scope_resolution scope: (_)? @receiver name: (_) @name)
    ])) @reference.base
  (#eq? @_maker "Class")
  (#eq? @_new "new"))
((comment)? @doc
  .
  (assignment left: (constant) @name right: (_) @_value) @definition.constant
  (#match? @_value "^(?!(Struct|Class|Module)\\.new\\b|Data\\.define\\b)")
  (#select-adjacent! @doc @definition.constant))

; Methods that are made by methods.
((call
   !receiver
   method: (identifier) @_maker
   arguments: (argument_list (simple_symbol) @name @definition.method))
  (#match? @_maker "^([cm]?attr(_internal)?|[cm]?attr(_internal)?_(reader|writer|accessor)|(thread_)?(mattr|cattr)_(reader|writer|accessor)|class_attribute)$")
  (#strip! @name "^:"))
((call
   !receiver
   method: (identifier) @_maker
   arguments: (argument_list . [(simple_symbol) (string)] @name)) @definition.method
  (#any-of? @_maker "define_method" "define_singleton_method" "alias_method" "alias_attribute" "let"
    "let!" "subject" "subject!")
  (#match? @name "^(:[A-Za-z_]\\w*[?!=]?|[\"'][A-Za-z_]\\w*[?!=]?[\"'])$")
  (#strip! @name "^[:\"']|[\"']$"))
(alias name: [(identifier) (constant) (operator) (setter)] @name) @definition.method
((alias name: (simple_symbol) @name) @definition.method
  (#strip! @name "^:"))
(alias alias: [(identifier) (constant) (operator) (setter)] @name) @reference.value
((alias alias: (simple_symbol) @name) @reference.value
  (#strip! @name "^:"))
((call
   !receiver
   method: (identifier) @_maker
   arguments: (argument_list . (simple_symbol) . (simple_symbol) @name)) @reference.value
  (#eq? @_maker "alias_method")
  (#strip! @name "^:"))

; Sections of visibility, and words before one method.
((body_statement (identifier) @section.public)
  (#eq? @section.public "public"))
((body_statement (identifier) @section.family)
  (#eq? @section.family "protected"))
((body_statement (identifier) @section.type)
  (#eq? @section.type "private"))
((call
   !receiver
   method: (identifier) @_word
   arguments: (argument_list . [(method) (call)] @visible.type))
  (#eq? @_word "private"))
((call
   !receiver
   method: (identifier) @_word
   arguments: (argument_list . (singleton_method) @visible.type))
  (#eq? @_word "private_class_method"))
((call
   !receiver
   method: (identifier) @_word
   arguments: (argument_list . [(method) (call)] @visible.family))
  (#eq? @_word "protected"))
((call
   !receiver
   method: (identifier) @_word
   arguments: (argument_list . [(method) (call)] @visible.everywhere))
  (#eq? @_word "public"))

; RSpec, Minitest::Spec, and `test "..." do` of Rails: groups qualify, examples are tests.
((call
   receiver: (constant)? @_rspec
   method: (identifier) @_group
   arguments: (argument_list . (_) @name)
   block: (_)) @scope.namespace
  (#any-of? @_group "describe" "context" "feature" "shared_examples" "shared_examples_for"
    "shared_context" "xdescribe" "fdescribe" "xcontext" "fcontext")
  (#strip! @name "^:?[\"']|[\"']$"))
((call
   !receiver
   method: (identifier) @_example
   arguments: (argument_list . [(string) (simple_symbol) (constant) (scope_resolution)] @name)
   block: (_)) @definition.test
  (#any-of? @_example "it" "specify" "example" "scenario" "test" "should" "xit" "fit" "its")
  (#strip! @name "^:?[\"']|[\"']$"))
; Without words it is called by what it does, as RSpec does it.
((call
   !receiver
   !arguments
   method: (identifier) @_example
   block: (_) @name) @definition.test
  (#any-of? @_example "it" "specify" "example")
  (#strip! @name "^(\\{|do)\\s*|\\s*(\n(?s:.*)|\\}|end)$"))

; What a type inherits and includes.
(class superclass: (superclass [
  (constant) @name
  (scope_resolution scope: (_)? @receiver name: (_) @name)
  (element_reference object: [
    (constant) @name
    (scope_resolution scope: (_)? @receiver name: (_) @name)])
]) @reference.base)
((call
   !receiver
   method: (identifier) @_mixin
   arguments: (argument_list [
     (constant) @name
     (scope_resolution scope: (_)? @receiver name: (_) @name)
   ] @reference.base))
  (#any-of? @_mixin "include" "extend" "prepend"))

((call receiver: (identifier) @receiver.bare method: [(identifier) (constant)] @name) @reference.call
  (#not-eq? @name "new"))
((call
   receiver: (call receiver: (_) !arguments !block) @receiver
   method: [(identifier) (constant)] @name) @reference.call
  (#not-eq? @name "new")
  (#append! @receiver "()"))
((call
   receiver: (call arguments: (_)) @receiver
   method: [(identifier) (constant)] @name) @reference.call
  (#not-eq? @name "new"))
((call receiver: (call block: (_)) @receiver method: [(identifier) (constant)] @name) @reference.call
  (#not-eq? @name "new"))
((call
   receiver: [
     (constant) (scope_resolution) (instance_variable) (class_variable) (global_variable) (self)
     (super) (nil) (true) (false) (string) (integer) (float) (array) (hash) (element_reference)
     (parenthesized_statements) (simple_symbol) (regex) (lambda) (string_array) (symbol_array)
     (delimited_symbol) (heredoc_beginning) (if) (begin) (case) (yield) (chained_string) (subshell)
     (unary) (character) (rational) (complex)
   ] @receiver
   method: [(identifier) (constant)] @name) @reference.call
  (#not-eq? @name "new"))
((call
   receiver: [(identifier) (self) (call) (instance_variable) (class_variable)] @receiver
   method: (identifier) @name) @reference.call
  (#eq? @name "new"))
((call !receiver method: [(identifier) (constant)] @name) @reference.call
  (#match? @name "^(?!(require(_relative|_dependency)?|load|autoload|include|extend|prepend|private|protected|public|private_class_method|attr_(reader|writer|accessor)|alias_method|define_method)$)"))
((call
   receiver: [
     (constant) @name
     (scope_resolution scope: (_)? @receiver name: (constant) @name)
   ]
   method: (identifier) @_new) @reference.new
  (#eq? @_new "new"))
(identifier) @name @reference.bare
(constant) @name @reference.mention
(scope_resolution scope: (_) @receiver name: (constant) @name) @reference.mention

; Names of methods as symbols.
((block_argument (simple_symbol) @name) @reference.value
  (#strip! @name "^:"))
((call
   receiver: (_)? @receiver
   method: (identifier) @_taker
   arguments: (argument_list . (simple_symbol) @name)) @reference.call
  (#any-of? @_taker "send" "public_send" "__send__" "try")
  (#strip! @name "^:"))
((call
   !receiver
   method: (identifier) @_taker
   arguments: (argument_list (simple_symbol) @name @reference.value))
  (#match? @_taker "^(before|after|around|prepend|append|skip)_|^(method|instance_method|public_method|rescue_from|validate|helper_method|module_function)$")
  (#strip! @name "^:"))

((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list . (string) @module)) @reference.import
  (#any-of? @_require "require" "load" "require_dependency")
  (#match? @module "^[\"'][^#]+[\"']$")
  (#strip! @module "[\"']"))
((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list . (string) @module)) @reference.import
  (#eq? @_require "require_relative")
  (#match? @module "^[\"'][^#]+[\"']$")
  (#strip! @module "[\"']")
  (#prepend! @module "./"))
((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list . (simple_symbol) @alias . (string) @module)) @reference.import
  (#eq? @_require "autoload")
  (#strip! @alias "^:")
  (#strip! @module "[\"']"))
; Below a folder that is computed: File.join(x, "y"), File.expand_path("../y", __FILE__).
((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list
     (call
       receiver: (constant) @_file
       method: (identifier) @_join
       arguments: (argument_list (_) . (string) @module .))))
  @reference.import
  (#any-of? @_require "require" "load")
  (#eq? @_file "File")
  (#eq? @_join "join")
  (#match? @module "^[\"'][^#]+[\"']$")
  (#strip! @module "^[\"']/?|[\"']$")
  (#prepend! @module "/"))
((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list
     (call
       receiver: (constant) @_file
       method: (identifier) @_expand
       arguments: (argument_list . (string) @module . (_) @_base .))))
  @reference.import
  (#any-of? @_require "require" "load")
  (#eq? @_expand "expand_path")
  (#eq? @_base "__dir__")
  (#strip! @module "^[\"']/?|[\"']$")
  (#prepend! @module "./"))
((call
   !receiver
   method: (identifier) @_require
   arguments: (argument_list
     (call
       receiver: (constant) @_file
       method: (identifier) @_expand
       arguments: (argument_list . (string) @module . (_) @_base .))))
  @reference.import
  (#any-of? @_require "require" "load")
  (#eq? @_base "__FILE__")
  (#eq? @_expand "expand_path")
  (#match? @module "^[\"']\\.\\./")
  (#strip! @module "^[\"']\\.\\./|[\"']$")
  (#prepend! @module "./"))

; Names that are variables, and words that are no calls.
(assignment left: (identifier) @local)
(operator_assignment left: (identifier) @local)
(left_assignment_list (identifier) @local)
(destructured_left_assignment (identifier) @local)
(rest_assignment (identifier) @local)
(method_parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(block_parameters (identifier) @local)
(destructured_parameter (identifier) @local)
(optional_parameter name: (identifier) @local)
(keyword_parameter name: (identifier) @local)
(splat_parameter name: (identifier) @local)
(hash_splat_parameter name: (identifier) @local)
(block_parameter name: (identifier) @local)
(for pattern: (identifier) @local)
(exception_variable (identifier) @local)
(as_pattern name: (identifier) @local)
(in_clause pattern: (identifier) @local)
(array_pattern (identifier) @local)
(find_pattern (identifier) @local)
(keyword_pattern value: (identifier) @local)
(alternative_pattern (identifier) @local)
(method name: (identifier) @reference.none)
(singleton_method name: (identifier) @reference.none)
(setter name: (identifier) @reference.none)
(alias (identifier) @reference.none)
(undef (identifier) @reference.none)
(class name: (constant) @reference.none)
(module name: (constant) @reference.none)
(class name: (scope_resolution name: (constant) @reference.none))
(module name: (scope_resolution name: (constant) @reference.none))
(assignment left: (constant) @reference.none)
((call
   !receiver
   method: (identifier) @reference.none)
  (#match? @reference.none "^(require(_relative|_dependency)?|load|autoload|include|extend|prepend|private|protected|public|private_class_method|attr_(reader|writer|accessor)|alias_method|define_method)$"))
((call receiver: [(constant) (scope_resolution)] method: (identifier) @reference.none)
  (#eq? @reference.none "new"))
((identifier) @reference.none
  (#any-of? @reference.none "private" "protected" "public" "module_function" "block_given?"
    "binding" "raise" "__method__" "__dir__" "__FILE__" "__LINE__" "__ENCODING__"))

; What a variable stands for. A reader gives its field; a method gives its last expression.
(assignment left: (_) @name right: (identifier) @value.bare) @binding.name
(assignment left: (_) @name right: [
  (instance_variable) (constant) (scope_resolution) (array) (element_reference)
  (parenthesized_statements) (conditional) (binary operator: "||")
] @value) @binding.name
((assignment
   left: (_) @name
   right: (call receiver: (_) @value method: (identifier) @_new)) @binding.call
  (#eq? @_new "new"))
((assignment
   left: (_) @name
   right: (call receiver: (_) method: (identifier) !arguments !block) @value) @binding.name
  (#match? @value "^(?!.*\\bnew$)")
  (#append! @value "()"))
((assignment
   left: (_) @name
   right: (call method: (identifier) @_method arguments: (_) !block) @value) @binding.name
  (#not-eq? @_method "new")
  (#match? @value "\\)$"))
((assignment
   left: (_) @name
   right: (call method: (identifier) @_method arguments: (_) !block) @value) @binding.call
  (#not-eq? @_method "new")
  (#match? @value "[^)]$")
  (#strip! @value " .*$"))
((operator_assignment
   left: (_) @name
   operator: "||="
   right: (call receiver: (_) @value method: (identifier) @_new)) @binding.call
  (#eq? @_new "new"))
(operator_assignment
  left: (_) @name
  operator: "||="
  right: [(identifier) @value.bare (instance_variable) @value (constant) @value]) @binding.name
((call
   !receiver
   method: (identifier) @_reader
   arguments: (argument_list (simple_symbol) @value @binding.return))
  (#any-of? @_reader "attr_reader" "attr_accessor")
  (#strip! @value "^:")
  (#prepend! @value "@"))
(return (argument_list . [(instance_variable) (constant)] @value .)) @binding.return
(return (argument_list . (identifier) @value.bare .)) @binding.return
(method body: (body_statement [(instance_variable) (constant)] @value @binding.return .))
(method body: (body_statement (identifier) @value.bare @binding.return .))
(method body: (body_statement
  [(assignment left: (_) @value) (operator_assignment left: (_) @value)] @binding.return .))
(singleton_method body: (body_statement
  [(assignment left: (_) @value) (operator_assignment left: (_) @value)] @binding.return .))
(method body: [(instance_variable) (constant)] @value @binding.return)
((method body: (body_statement
   (call receiver: (constant) @value method: (identifier) @_new) @binding.return .))
  (#eq? @_new "new")
  (#append! @value "()"))
((singleton_method body: (body_statement
   (call receiver: (constant) @value method: (identifier) @_new) @binding.return .))
  (#eq? @_new "new")
  (#append! @value "()"))
((method body: (body_statement
   (call receiver: (_) method: (identifier) !arguments !block) @value @binding.return .))
  (#match? @value "^(?!.*\\bnew$)")
  (#append! @value "()"))
((call
   receiver: (_) @value
   method: (identifier) @_each
   block: (_ parameters: (block_parameters . (identifier) @name))) @binding.element
  (#any-of? @_each "each" "map" "select" "reject" "find" "detect" "each_with_index" "flat_map"
    "filter" "filter_map" "any?" "all?" "sort_by" "group_by" "find_all" "each_with_object" "sum"))
(for pattern: (identifier) @name value: (in (_) @value)) @binding.element
(method_parameters (identifier) @name @binding.parameter)
(method_parameters
  [
    (optional_parameter name: (_) @name value: [(identifier) (constant)]? @value)
    (keyword_parameter name: (_) @name value: [(identifier) (constant)]? @value)
    (splat_parameter name: (_) @name)
    (hash_splat_parameter name: (_) @name)
    (block_parameter name: (_) @name)
  ] @binding.parameter)
((call
  !receiver
  method: (identifier) @name
  arguments: (argument_list
    [
      (identifier) @value.bare (instance_variable) @value (constant) @value
      (scope_resolution) @value
    ] @binding.argument))
  (#match? @name "^(?!(require(_relative)?|load|include|extend|prepend)$)"))
((call
   receiver: (_)
   method: (identifier) @_method
   !block
   arguments: (argument_list
     [
      (identifier) @value.bare (instance_variable) @value (constant) @value
      (scope_resolution) @value
    ]
     @binding.argument)) @name
  (#not-eq? @_method "new")
  (#strip! @name "(\\((?:[^()]++|(?1))*+\\))$| .*$"))
((call
   receiver: (_) @name
   method: (identifier) @_method
   arguments: (argument_list
     [
      (identifier) @value.bare (instance_variable) @value (constant) @value
      (scope_resolution) @value
    ]
     @binding.argument))
  (#eq? @_method "new"))
((call
   method: (identifier) @name
   arguments: (argument_list
     (block_argument
       (call method: (identifier) @_method arguments: (argument_list . (simple_symbol) @value)))
     @binding.argument))
  (#eq? @_method "method")
  (#strip! @value "^:"))

(comment) @comment

[(if) (unless) (if_modifier) (unless_modifier)] @decision.branch
(elsif) @decision.elseif
(if alternative: (else) @decision.else)
(elsif alternative: (else) @decision.else)
(unless alternative: (else) @decision.else)
[(while) (until) (for) (while_modifier) (until_modifier)] @decision.loop
[(case) (case_match)] @decision.switch
(when) @decision.case
((in_clause pattern: (_) @_pattern) @decision.case
  (#not-eq? @_pattern "_"))
[(if_guard) (unless_guard)] @decision.clause
[(rescue) (rescue_modifier)] @decision.catch
(conditional) @decision.ternary
(binary operator: ["&&" "and"]) @decision.and
(binary operator: ["||" "or"]) @decision.or
(lambda) @decision.nest
((call method: (identifier) @_method block: (_) @decision.nest)
  (#match? @_method "^(?!(it|specify|example|scenario|test|should|its|let|subject|define_method)$)"))
