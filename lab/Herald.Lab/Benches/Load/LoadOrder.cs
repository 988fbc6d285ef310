using System.Globalization;

namespace Herald.Lab.Benches.Load;

/// <summary>An order to Herald's own generator, as one line of text.</summary>
/// <param name="Run">A part of the event ids.</param>
internal sealed record LoadOrder(Uri Server, TimeSpan Length, int Connections, int Batch, int Run)
{
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Server} {Length.Ticks} {Connections} {Batch} {Run}");

    public static LoadOrder Parse(string line)
    {
        var parts = line.Split(' ');
        return new(new Uri(parts[0]), new TimeSpan(Number(1)), (int)Number(2), (int)Number(3), (int)Number(4));

        long Number(int part) => long.Parse(parts[part], CultureInfo.InvariantCulture);
    }
}
