namespace N
{
	public partial class Head : Base
#if HAVE_CONVERTIBLE
		, IConvertible
#endif
	{
		void Inside() { }
	}

	class Choice
#if NEW
		: INew
#else
		: IOld
#endif
	{
		bool Long(int a)
		{
			return a > 1
#if STRICT
				&& a < 9
#endif
				;
		}

#if WHOLE
		void Kept() { }
#else
		void KeptToo() { }
#endif
	}
}
