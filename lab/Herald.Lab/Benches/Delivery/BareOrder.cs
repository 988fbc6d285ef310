using System.Globalization;

namespace Herald.Lab.Benches.Delivery;

/// <summary>An order to the bare loop, as one line of text.</summary>
internal sealed record BareOrder(Uri Target, string Secret, TimeSpan Length, int AtATime)
{
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Target} {Secret} {Length.Ticks} {AtATime}");

    public static BareOrder Parse(string line)
    {
        var parts = line.Split(' ');
        return new(
            new Uri(parts[0]), parts[1], new TimeSpan(long.Parse(parts[2], CultureInfo.InvariantCulture)),
            int.Parse(parts[3], CultureInfo.InvariantCulture));
    }
}
