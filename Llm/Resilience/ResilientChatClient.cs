using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Resilience;

/// <summary>Goes through the server's gate, tries a quick failure again, and shortens a conversation that is too long, once.</summary>
sealed class ResilientChatClient(IChatClient inner, ServerGate gate, TimeProvider time) : DelegatingChatClient(inner)
{
    static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800)];

    /// <summary>A failure that took longer is not tried again here: the run waits for capacity, and says so.</summary>
    static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        for (var tries = 0; ; tries++)
        {
            var started = time.GetTimestamp();
            try
            {
                return await OnceAsync(conversation, options, cancellationToken);
            }
            catch (ModelUnavailableException outage) when (Pause(outage, tries, started) is { } pause)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (ModelRefusedException refused) when (refused.Kind == RefusalKind.ContextLength && ConversationCut.Shorter(conversation) is { } shorter)
            {
                return await OnceAsync(shorter, options, cancellationToken);
            }
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var opened = await OpenAsync(conversation, options, cancellationToken);
        using var place = opened.Place;
        await using var updates = opened.Updates;
        var said = false;
        try
        {
            for (var more = opened.More; more; more = await NextAsync(updates, cancellationToken))
            {
                yield return updates.Current;
            }

            said = true;
            gate.Succeeded();
        }
        finally
        {
            if (!said)
            {
                gate.Neither();
            }
        }
    }

    /// <summary>How long to wait before the next try; null: the caller is told.</summary>
    TimeSpan? Pause(ModelUnavailableException outage, int tries, long started) =>
        tries >= Pauses.Length ? null

        // The gate keeps everybody waiting until a short cool-down is over.
        : outage.IsLimit ? outage.RetryAfter <= ServerGate.ShortWait ? TimeSpan.Zero : null
        : outage.RetryAfter is null && time.GetElapsedTime(started) < Quick ? Pauses[tries]
        : null;

    /// <summary>Tries until there is a first update: what has been said can not be taken back.</summary>
    async Task<(IDisposable Place, IAsyncEnumerator<ChatResponseUpdate> Updates, bool More)> OpenAsync(IReadOnlyList<ChatMessage> conversation, ChatOptions? options, CancellationToken cancellationToken)
    {
        var isShortened = false;
        for (var tries = 0; ; tries++)
        {
            var started = time.GetTimestamp();
            var place = await gate.EnterAsync(ModelCall.PriorityOf(options), cancellationToken);
            var updates = base.GetStreamingResponseAsync(conversation, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            try
            {
                return (place, updates, await NextAsync(updates, cancellationToken));
            }
            catch (ModelUnavailableException outage) when (Pause(outage, tries, started) is { } pause)
            {
                await CloseAsync();
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (ModelRefusedException refused) when (!isShortened && refused.Kind == RefusalKind.ContextLength && ConversationCut.Shorter(conversation) is { } shorter)
            {
                gate.Succeeded();
                await CloseAsync();
                (conversation, isShortened) = (shorter, true);
            }
            catch (Exception failure)
            {
                Note(failure);
                await CloseAsync();
                throw;
            }

            async ValueTask CloseAsync()
            {
                await updates.DisposeAsync();
                place.Dispose();
            }
        }
    }

    async Task<ChatResponse> OnceAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(ModelCall.PriorityOf(options), cancellationToken);
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken);
            gate.Succeeded();
            return response;
        }
        catch (ModelUnavailableException outage)
        {
            throw gate.Failed(outage);
        }
        catch (Exception failure)
        {
            Note(failure);
            throw;
        }
    }

    void Note(Exception failure)
    {
        switch (failure)
        {
            case ModelUnavailableException:
                // Told already.
                break;
            case ModelRefusedException:
                // It is well enough to refuse.
                gate.Succeeded();
                break;
            default:
                gate.Neither();
                break;
        }
    }

    async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ModelUnavailableException outage)
        {
            throw gate.Failed(outage);
        }
    }
}
