namespace Herald.StoreBench.Tests;

/// <summary>Interrupts a run when it writes a certain text.</summary>
internal sealed class InterruptingWriter(string text, CancellationTokenSource interruption) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.Contains(text, StringComparison.Ordinal) == true)
            interruption.Cancel();
    }
}
