using Herald.Hosting.Commands;

namespace Herald.Lab.Benches.Rounds;

/// <summary>
/// Shows the progress of a run on the error output: one line that changes on a terminal, and one line per phase elsewhere.
/// </summary>
internal sealed class BenchProgress(Terminal terminal, bool inPlace, string bench)
{
    private const string ClearLine = "\r\e[K";

    public void Show(string phase)
    {
        if (inPlace)
            terminal.Error.Write($"{ClearLine}{bench}: {phase}");
        else
            terminal.Error.WriteLine($"{bench}: {phase}");
    }

    public void Clear()
    {
        if (inPlace)
            terminal.Error.Write(ClearLine);
    }
}
