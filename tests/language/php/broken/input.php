<?php
class Good {
    function fine() { call_it(); }
    function broken( { if ($x
    }
    function after() { other(); }
}
function last() { more(); }
