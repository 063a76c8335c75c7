using Shop.Text;

namespace Shop.Bills
{
    class Bill
    {
        public string Show(string pattern, object[] things)
        {
            "{0}".Fill(1);
            "{0} {1}".Fill(1, 2);
            "{0}".Fill();
            pattern.Fill(1);
            Words.Fill(pattern, 1);
            things.Count();
            pattern.Hidden();
            return this.Fill(1);
        }

        private string Fill(int width)
        {
            return "";
        }
    }
}
