using System.Globalization;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>What the bare reader is told to do, as a line.</summary>
/// <param name="Skipped">Messages before those that count: while they are read, connections open and compilers optimise.</param>
/// <param name="Messages">In the topic, those included.</param>
internal sealed record ReadOrder(string Servers, string Topic, string Group, long Skipped, long Messages)
{
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Servers} {Topic} {Group} {Skipped} {Messages}");

    public static ReadOrder Parse(string line)
    {
        var parts = line.Split(' ');
        return new(parts[0], parts[1], parts[2], long.Parse(parts[3], CultureInfo.InvariantCulture), long.Parse(parts[4], CultureInfo.InvariantCulture));
    }
}
