using System.Diagnostics;
using Herald.Hosting.Commands;
using Herald.TestKit;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd.OneFile;

/// <summary>
/// The released form of Herald: a copy of the file that <c>./publish</c> makes, alone in a directory. It runs without any variable of the
/// environment, so it finds neither .NET nor any other program.
/// </summary>
internal sealed class ReleasedFile : IDisposable
{
    private const string Name = "herald";
    private readonly DirectoryInfo _folder, _data = Directory.CreateTempSubdirectory("herald-test-");
    private int _stores;

    private ReleasedFile(string published)
    {
        _folder = Directory.CreateTempSubdirectory("herald-test-");
        File.Copy(published, Path.Combine(_folder.FullName, Name));
    }

    /// <summary>A directory for what the runs write.</summary>
    public string Data => _data.FullName;

    /// <summary>Skips the test if the file has not been made, or if it is not the one of this build.</summary>
    public static ReleasedFile Copy()
    {
        var published = SourceTree.File("artifacts/one-file/herald");
        Assert.SkipUnless(File.Exists(published), "The released file is not there. Make it with ./publish.");
        Assert.SkipUnless(
            File.GetLastWriteTimeUtc(published) > File.GetLastWriteTimeUtc(SourceTree.File("artifacts/bin/Herald.Cli/release/herald.dll")),
            "The released file is older than this build. Make it again with ./publish.");
        return new(published);
    }

    public Task<HeraldRun> RunAsync(CancellationToken cancel, params string[] arguments) => RunAsync(null, cancel, arguments);

    /// <summary>
    /// Runs a server with a store of its own, stops it when <paramref name="meanwhile"/> completes, and checks that it ended well.
    /// </summary>
    /// <param name="meanwhile">Gets the address of the server, and its process.</param>
    /// <param name="arguments">The command, and its options except those of directory and address.</param>
    public async Task ServeAsync(Func<Uri, Process, Task> meanwhile, CancellationToken cancel, params string[] arguments)
    {
        Exception? failure = null;
        var run = await RunAsync(
            async process =>
            {
                // The server prints nothing else, or ends and has said why in its error output.
                if (await process.StandardOutput.ReadLineAsync(cancel) is not { } line)
                    return;
                try
                {
                    await meanwhile(new Uri(line[ServeProtocol.ReadyLine.Length..]), process);
                }
                catch (Exception e)
                {
                    failure = e; // What the server has logged belongs to it.
                }
                Signal.Terminate(process.Id);
            },
            cancel, [.. arguments, "--listen", "127.0.0.1:0", "--data", Path.Combine(Data, $"store-{++_stores}")]);
        Assert.True(failure is null && run.Code == 0, $"{run.Code}: {failure}\n{run.Out}{run.Error}");
    }

    /// <summary>Checks that the runs have left nothing beside the file.</summary>
    public void AssertAlone() => Assert.Equal([Name], _folder.EnumerateFileSystemInfos().Select(entry => entry.Name));

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _data.Delete(recursive: true);
    }

    private Task<HeraldRun> RunAsync(
        Func<Process, Task>? meanwhile, CancellationToken cancel, params string[] arguments) => HeraldRun.OfAsync(
        start =>
        {
            start.FileName = Path.Combine(_folder.FullName, Name);
            start.WorkingDirectory = _folder.FullName;
            start.Environment.Clear();
            start.Environment["TMPDIR"] = Data;
        },
        meanwhile, cancel, arguments);
}
