<?php
require_once __DIR__ . '/lib/helpers.php';
include 'vendor/autoload.php';

\App\helper(1);
