namespace Half
{
	class Broken
	{
		void Before() { Fine(); }

		void Cut( {
			Lost(
		}

		void After() { Fine(); }
	}
