namespace Herald.Hosting.Commands;

/// <summary>
/// Reads lines from the program that started this one. Reading has a thread of its own. A thread of the pool would block, and the pool can
/// have only as many threads as the machine has cores.
/// </summary>
public static class StandardInput
{
    /// <summary>Completes when the input ends, which also happens when that program ends.</summary>
    /// <param name="take">Called for each line, one after another.</param>
    public static Task ReadToEndAsync(Action<string> take)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            while (input.ReadLine() is { } line)
                take(line);
            ended.SetResult();
        })
        { IsBackground = true, Name = "standard input" }.Start();
        return ended.Task;
    }
}
