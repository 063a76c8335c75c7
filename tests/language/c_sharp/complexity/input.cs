class Complexity
{
	int Straight() => 1;

	int Chain(int a)
	{
		if (a > 1)
		{
			return 1;
		}
		else if (a > 2)
		{
			return 2;
		}
		else if (a > 3 && a < 9 && a != 5 || a == 20)
		{
			return 3;
		}
		else
		{
			return 4;
		}
	}

	int Nested(int[] all)
	{
		int sum = 0;
		foreach (int a in all)
		{
			for (int i = 0; i < a; i++)
			{
				if (i == 3)
					sum++;
				else
					sum--;
			}
		}
		while (sum > 100)
			sum /= 2;
		do
		{
			sum++;
		} while (sum < 10);
		return sum;
	}

	string Old(int a)
	{
		switch (a)
		{
			case 1:
			case 2:
				return "few";
			case int n when n > 100:
				goto case 1;
			default:
				return a > 9 ? "many" : "some";
		}
	}

	int Modern(object o) => o switch
	{
		string { Length: 0 } => 0,
		> 1 and < 5 or 7 => 1,
		int => 2,
		_ => o.GetHashCode() ?? 3,
	};

	void Guarded()
	{
		try
		{
			Run();
		}
		catch (First e) when (e.Bad)
		{
			if (bad)
				Stop();
		}
		catch
		{
		}
		finally
		{
			End();
		}
	}

	int Property
	{
		get
		{
			if (on)
				return 1;
			return 2;
		}
	}

	Action Lambdas()
	{
		Func<int, int> named = x => x > 0 ? x : 0;
		list.ForEach(x =>
		{
			if (x)
				Run();
		});
		int Local(int n)
		{
			if (n > 0)
				return 1;
			return 0;
		}
		return delegate { Run(); };
	}
}
