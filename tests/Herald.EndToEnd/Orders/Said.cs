using System.Text;
using System.Text.Json;
using Herald.Cli.CommandLine;

namespace Herald.EndToEnd.Orders;

/// <summary>The output of a command. It can be read while the command writes.</summary>
internal sealed class Said
{
    private readonly StringBuilder _text = new();
    private readonly TextWriter _writer;

    public Said() => _writer = TextWriter.Synchronized(new StringWriter(_text));

    public string Text
    {
        get
        {
            // The synchronized writer locks itself, so this excludes its writes.
            lock (_writer)
                return _text.ToString();
        }
    }

    public string LastLine => Text.TrimEnd().Split('\n')[^1];

    /// <summary>The number of different acknowledged events in the output of a catcher that prints JSON.</summary>
    public int Received => Text.Split('\n').SkipLast(1)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("headers").GetProperty("webhook-id").GetString()).Distinct().Count();

    /// <summary>Runs a command in this process.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(Said output, Said error, CancellationToken cancel, params string[] arguments) =>
        HeraldCommandLine.RunAsync(arguments, output._writer, error._writer, TimeProvider.System, cancel);
}
