<?php
namespace App\Services;

use App\Models\{Address, User as Person};

class Mailer
{
    public function deliver(Address $to): void { Person::make()->save(); array_map([$this, 'each'], []); }
    public function each($x) { return $this->deliver(...); }
}
