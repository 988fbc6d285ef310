using Herald.TestKit;
using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>The program of <c>recorder.c</c>, compiled once in a run.</summary>
internal static class Recorder
{
    /// <summary>The beginning of the message of a skipped test.</summary>
    public const string Missing = "THE LOSS OF POWER OF A REAL DISK WAS NOT TESTED: ";

    private const string Header = "/usr/include/fuse3/fuse.h";
    private static readonly Lazy<Task<string>> Compiled = new(CompileAsync);

    /// <summary>Skips the test where the machine lacks what the recorder needs.</summary>
    public static async Task<string> FindAsync(CancellationToken cancel)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/dev/fuse"), $"{Missing}there is no /dev/fuse.");
        Assert.SkipUnless(File.Exists(Header), $"{Missing}there is no {Header}. Install gcc and libfuse3-dev.");
        return await Compiled.Value.WaitAsync(cancel);
    }

    private static async Task<string> CompileAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "recorder")).FullName;
        var source = SourceTree.File("tests/Herald.EndToEnd/PowerLoss/recorder.c");
        var program = Path.Combine(folder, "recorder");
        string[] arguments = ["-O2", "-Wall", "-Werror", "-D_FILE_OFFSET_BITS=64", "-o", program, source, "-lfuse3", "-lpthread"];
        await using var compiler = OtherProgram.TryStart(folder, "cc", arguments);
        Assert.SkipWhen(compiler is null, $"{Missing}there is no C compiler. Install gcc and libfuse3-dev.");
        Assert.True(await compiler.EndAsync(CancellationToken.None) == 0, $"recorder.c cannot be compiled:\n{compiler.Output}");
        return program;
    }
}
