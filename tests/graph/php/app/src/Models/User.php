<?php
namespace App\Models;

use App\Services\Mailer;
use function App\helper;

class User extends Model implements Named
{
    use Loud;

    private Mailer $mailer;

    public function __construct(private Address $address) { $this->mailer = new Mailer(); }

    public function send(Address $to): void
    {
        $this->mailer->deliver($to);
        $this->address->format();
        $to->format();
        helper(1);
        self::make();
        $this->shout();
        $user = new User($to);
        $user->send($to);
        strlen('x');
    }

    public static function make(): User { return new static(new Address()); }
}
