<?php
namespace App\Tests;

use App\Models\User;
use PHPUnit\Framework\TestCase;

class UserTest extends TestCase
{
    public function testMakes(): void { $this->assertNotNull(User::make()); }
}
