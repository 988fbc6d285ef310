using System.Text;

namespace Herald.TestKit.Receivers;

/// <summary>The reaction of a scripted receiver to a request.</summary>
public abstract record Reply
{
    public static readonly Reply Ok = new Status(200);

    private Reply()
    {
    }

    /// <summary>Answers with a content length and keeps the connection.</summary>
    public sealed record Status(int Code, string Body = "", params (string Name, string Value)[] Headers) : Reply;

    /// <summary>Answers and closes the connection.</summary>
    public sealed record StatusAndClose(int Code) : Reply;

    /// <summary>Answers in HTTP/1.0, without a word about the connection, and keeps it.</summary>
    public sealed record Old(int Code) : Reply;

    /// <summary>Sends bytes as they are, then keeps the connection open and silent, or closes it.</summary>
    public sealed record Raw(byte[] Bytes, bool CloseAfter = true) : Reply
    {
        public Raw(string text, bool closeAfter = true)
            : this(Encoding.UTF8.GetBytes(text), closeAfter)
        {
        }
    }

    /// <summary>
    /// Sends bytes one by one, each when the test releases it. The semaphore must outlive the receiver, so the receiver does not dispose
    /// it.
    /// </summary>
    public sealed record Drip(byte[] Bytes, SemaphoreSlim Release) : Reply;

    /// <summary>Answers with a body of this many bytes.</summary>
    public sealed record Huge(long Length, int Code = 200) : Reply;

    /// <summary>Never answers.</summary>
    public sealed record Hang : Reply;

    /// <summary>Ends the connection with a reset.</summary>
    public sealed record Reset : Reply;

    /// <summary>Closes the connection without an answer: at once, or when the test releases it.</summary>
    public sealed record Close(SemaphoreSlim? Release = null) : Reply;
}
