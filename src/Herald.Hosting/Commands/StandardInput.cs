namespace Herald.Hosting.Commands;

/// <summary>
/// Lines from the program that started this one. They are read by a thread of its own: a thread of the pool that waits for input would
/// be missing where the pool has only as many threads as the machine has cores.
/// </summary>
public static class StandardInput
{
    /// <summary>Ends when the input does, as it does when that program is no more.</summary>
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
