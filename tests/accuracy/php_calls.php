<?php

// Put before a program by auto_prepend_file: when that ends, writes where each function of its own
// is defined to $CALLS_PLACES, a line each: name as Xdebug's traces spell it, file, line.
register_shutdown_function(function () {
    $out = fopen(getenv('CALLS_PLACES') . '.' . getmypid(), 'w');
    $print = function (string $name, $at) use ($out) {
        if ($at->getFileName()) {
            fwrite($out, $name . "\t" . $at->getFileName() . "\t" . $at->getStartLine() . "\n");
        }
    };
    foreach (get_defined_functions()['user'] as $name) {
        $at = new ReflectionFunction($name);
        $print($at->getName(), $at);
    }
    foreach (array_merge(get_declared_classes(), get_declared_traits()) as $class) {
        foreach ((new ReflectionClass($class))->getMethods() as $method) {
            $print($class . '::' . $method->getName(), $method);
        }
    }
});
