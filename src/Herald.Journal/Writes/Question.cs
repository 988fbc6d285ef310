using Herald.Engine.Stores;

namespace Herald.Journal.Writes;

/// <summary>
/// Runs a function on the writer's thread between two groups, to read or change what only that thread can use. Stores nothing.
/// </summary>
internal sealed class Question<T>(Func<Writer, T> ask) : Request<T>
{
    private T? _answer;

    public override void Encode(Writer writer, bool hasRoom)
    {
    }

    public override void Complete(Writer writer)
    {
        try
        {
            _answer = ask(writer);
        }
        catch (StaleOwnerException refusal)
        {
            Refuse(refusal);
        }
        base.Complete(writer);
    }

    protected override T Result(Writer writer) => _answer!;
}
