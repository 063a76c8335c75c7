<?php
namespace App;

function helper(int $n): int { return Models\User::make() ? $n : \App\other(); }
function other() {}
