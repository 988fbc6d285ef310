using System.Text;
using System.Text.Json;
using Herald.Cli.CommandLine;

namespace Herald.EndToEnd.Orders;

/// <summary>What a command prints, readable while it writes.</summary>
internal sealed class Said
{
    private readonly StringBuilder _text = new();
    private readonly TextWriter _writer;

    public Said() => _writer = TextWriter.Synchronized(new StringWriter(_text));

    public string Text
    {
        get
        {
            // What it locks, too.
            lock (_writer)
                return _text.ToString();
        }
    }

    public string LastLine => Text.TrimEnd().Split('\n')[^1];

    /// <summary>Of a catcher that prints JSON: distinct events that were acknowledged.</summary>
    public int Received => Text.Split('\n').SkipLast(1)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("headers").GetProperty("webhook-id").GetString()).Distinct().Count();

    /// <summary>Runs a command in this process.</summary>
    /// <returns>Its exit code.</returns>
    public static Task<int> RunAsync(Said output, Said error, CancellationToken cancel, params string[] arguments) =>
        HeraldCommandLine.RunAsync(arguments, output._writer, error._writer, TimeProvider.System, cancel);
}
