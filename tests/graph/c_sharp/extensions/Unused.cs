namespace Shop.Other
{
    class Other
    {
        public string Show()
        {
            return "{0}".Fill(1);
        }
    }
}
