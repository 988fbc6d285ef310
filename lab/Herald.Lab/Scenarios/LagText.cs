using System.Globalization;

namespace Herald.Lab.Scenarios;

/// <summary>The text form of a lag.</summary>
internal static class LagText
{
    public static string Format(TimeSpan? lag) => lag switch
    {
        null => "-",
        { TotalMilliseconds: < 100 } brief => string.Create(CultureInfo.InvariantCulture, $"{brief.TotalMilliseconds:0.00} ms"),
        { TotalSeconds: < 10 } longer => string.Create(CultureInfo.InvariantCulture, $"{longer.TotalMilliseconds:0} ms"),
        { } longest => string.Create(CultureInfo.InvariantCulture, $"{longest.TotalSeconds:0.0} s"),
    };
}
