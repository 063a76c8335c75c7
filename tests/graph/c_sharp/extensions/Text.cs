namespace Shop.Text
{
    internal static class Words
    {
        public static string Fill(this string pattern, object value)
        {
            return pattern.Fill(value, null);
        }

        public static string Fill(this string pattern, object value, object other)
        {
            return pattern + value + other;
        }

        public static int Count(
            this object things)
        {
            return 1;
        }

        static string Hidden(this string text)
        {
            return text;
        }
    }
}
