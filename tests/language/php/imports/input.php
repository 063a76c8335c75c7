<?php
use Plain;
use A\B\C;
use A\B\C as D, \E\F;
use function A\f;
use const A\K;
use A\{B, C\D as X, function g};
use function A\{h, i as j};
require_once __DIR__ . '/beside.php';
require dirname(__FILE__) . '/old.php';
include 'lib/listed.php';
include_once("views/" . $name . ".php");
require(ROOT . '/below.php');
require $computed;
