<html><?php
namespace One { class A { function f() {} } function g() {} }
namespace Two\Deep { class A {} }
namespace { function in_global() {} }
?></html>
