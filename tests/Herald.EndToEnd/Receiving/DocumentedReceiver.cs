using System.Globalization;
using Herald.LocalServers;
using Herald.TestKit.Documentation;
using Xunit;

namespace Herald.EndToEnd.Receiving;

/// <summary>
/// A receiver that docs/receiving.md shows, as a running program. Its first line names its file and the command that runs it; only the port
/// is another one.
/// </summary>
internal sealed class DocumentedReceiver : IAsyncDisposable
{
    /// <summary>With the value <c>all</c>, a language that is missing on this machine is a failure.</summary>
    private const string Demand = "HERALD_LANGUAGES";
    private const string DocumentedPort = "9000";

    // Some languages are compiled first, on a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly DirectoryInfo _folder;
    private readonly OtherProgram _program;

    private DocumentedReceiver(DirectoryInfo folder, OtherProgram program, int port) => (_folder, _program, Port) = (folder, program, port);

    public int Port { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/hook");

    public string Output => _program.Output;

    /// <param name="language">The language of its block on the page.</param>
    public static async Task<DocumentedReceiver> StartAsync(string language, string secret, CancellationToken cancel)
    {
        var port = FreePort.Find();
        var page = (await CommittedDocs.ReadAsync("receiving.md", cancel)).ReplaceLineEndings("\n");
        var code = page.Split($"```{language}\n")[1].Split("```")[0]
            .Replace(DocumentedPort, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var command = code.Split('\n')[0].Replace("<?php", "", StringComparison.Ordinal).Trim(' ', '/', '#').Split(' ');
        var folder = Directory.CreateTempSubdirectory("herald-receiver-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, command[^1]), code, cancel);
        // The compiler of C# would otherwise leave servers behind.
        var program = OtherProgram.TryStart(
            folder.FullName, command[0], command[1..], ("WEBHOOK_SECRET", secret), ("UseSharedCompilation", "false"),
            ("MSBUILDDISABLENODEREUSE", "1"), ("GO111MODULE", "off"));
        if (program is null)
        {
            folder.Delete(recursive: true);
            var missing = $"THE RECEIVER IN {language.ToUpperInvariant()} WAS NOT RUN: there is no program '{command[0]}' on this machine.";
            Assert.False(Environment.GetEnvironmentVariable(Demand) == "all", missing);
            Assert.Skip(missing);
        }
        var receiver = new DocumentedReceiver(folder, program, port);
        try
        {
            await Listening.UntilAsync(port, Patience, () => program.HasExited, cancel);
            return receiver;
        }
        catch (TimeoutException failure)
        {
            await receiver.DisposeAsync();
            throw new InvalidOperationException($"{string.Join(' ', command)}: {failure.Message}\n{receiver.Output}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
