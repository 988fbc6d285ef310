using Herald.Engine.Basics;

namespace Herald.Hosting.Tests.Settings;

/// <summary>Texts with an even number of letters.</summary>
public sealed class Even : ISettingForm
{
    private Even() { }

    public static string Rule => "An even number of letters.";

    public static bool Accepts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length % 2 == 0;
    }
}
