<?php
function branches($a, $b, $c) { // 1 + if elseif else-if = 4; cognitive 1 + 1 + 1 + 1
    if ($a) {} elseif ($b) {} else if ($c) {} else {}
}
function alternative($a, $b) { // 3; cognitive 3
    if ($a): echo 1; elseif ($b): echo 2; else: echo 3; endif;
}
function loops($a) { // 1 + 4 + if; cognitive 1 + 2 + 1 + 1 + 3
    foreach ($a as $k => $v) { for (;;) { if ($v) {} } }
    while (1) {}
    do {} while (0);
}
function choices($a) { // 1 + 2 + 2; cognitive 2
    switch ($a) { case 1: break; case 2: break; default: }
    return match(true) { $a > 1, $a < 0 => 1, $a => 2, default => 3 };
}
function errors() { // 3; cognitive 2
    try {} catch (A | B $e) {} catch (C) {} finally {}
}
function operators($a, $b, $c) { // 1 + 6
    $a && $b && $c || $a;
    $a and $b or $c;
    $a ? $b : $c;
    $a ?? $b;
}
function jumps() { // 3; cognitive 1 + 2 + 1 + 1
    while (1) { while (1) { break 2; } }
    goto end;
    end:
}
function closures($list) { // 1; the closure nests: cognitive 2, cyclomatic 2
    array_map(function ($x) { if ($x) {} }, $list);
}
