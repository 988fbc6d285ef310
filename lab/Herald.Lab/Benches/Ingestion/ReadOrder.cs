using System.Globalization;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>An order to the bare reader, as one line of text.</summary>
/// <param name="Skipped">Messages before those that count. While they are read, connections open and the JIT compiler optimises.</param>
/// <param name="Messages">All messages in the topic, including the skipped ones.</param>
internal sealed record ReadOrder(string Servers, string Topic, string Group, long Skipped, long Messages)
{
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Servers} {Topic} {Group} {Skipped} {Messages}");

    public static ReadOrder Parse(string line)
    {
        var parts = line.Split(' ');
        return new(
            parts[0], parts[1], parts[2], long.Parse(parts[3], CultureInfo.InvariantCulture),
            long.Parse(parts[4], CultureInfo.InvariantCulture));
    }
}
