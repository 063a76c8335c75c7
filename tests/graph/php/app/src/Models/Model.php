<?php
namespace App\Models;

abstract class Model { public function save(): void {} }
interface Named { const KIND = 'named'; }
trait Loud { public function shout(): void { $this->save(); } }
class Address { public function format(): string { return ''; } }
