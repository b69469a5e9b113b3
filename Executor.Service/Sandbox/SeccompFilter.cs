using System.Runtime.InteropServices;

namespace Agent.Executor.Service.Sandbox;

/// <summary>A classic BPF program over system calls: no sockets but local ones, no new namespaces, no mounts, no looking into other processes, no kernel loading.
/// Landlock keeps files; this keeps what is no file.</summary>
static class SeccompFilter
{
    // struct seccomp_data { int nr; u32 arch; u64 ip; u64 args[6]; }
    const uint Number = 0;
    const uint Architecture = 4;
    const uint FirstArgument = 16;

    const uint Allow = 0x7FFF0000;
    const uint KillProcess = 0x80000000;
    const uint NotPermitted = 0x00050000 | 1;
    const uint NotImplemented = 0x00050000 | 38;

    const ushort Load = 0x20;
    const ushort JumpIfEqual = 0x15;
    const ushort JumpIfGreaterOrEqual = 0x35;
    const ushort JumpIfAnyBit = 0x45;
    const ushort Return = 0x06;

    const uint LocalSockets = 1;
    const uint NewUserNamespace = 0x10000000;
    const uint OtherTable = 0x40000000;

    static readonly bool Arm = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64;

    // ptrace, mount, umount2, pivot_root, chroot, setns, unshare, bpf, perf_event_open, keyctl, add_key, request_key, kexec_load, kexec_file_load, init_module, finit_module,
    // delete_module, userfaultfd, process_vm_readv, process_vm_writev, name_to_handle_at, open_by_handle_at, reboot, swapon, swapoff, acct, settimeofday
    static readonly uint[] Forbidden = Arm
        ? [117, 40, 39, 41, 51, 268, 97, 280, 241, 219, 217, 218, 104, 294, 105, 273, 106, 282, 270, 271, 264, 265, 142, 224, 225, 89, 170]
        : [101, 165, 166, 155, 161, 308, 272, 321, 298, 250, 248, 249, 246, 320, 175, 313, 176, 323, 310, 311, 303, 304, 169, 167, 168, 163, 164];

    // The same everywhere: io_uring_setup, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, pidfd_getfd, mount_setattr.
    static readonly uint[] ForbiddenEverywhere = [425, 428, 429, 430, 431, 432, 433, 438, 442];

    static readonly uint Socket = Arm ? 198u : 41;
    static readonly uint Clone = Arm ? 220u : 56;
    const uint Clone3 = 435;

    public static void Install(bool hasNetwork) => LaunchCalls.InstallFilter(CollectionsMarshal.AsSpan(Program(hasNetwork)));

    /// <summary>Puts a filter together and uses it for nothing.</summary>
    public static void Practise() => Program(hasNetwork: false);

    static List<ulong> Program(bool hasNetwork)
    {
        var program = new List<ulong>
        {
            Instruction(Load, Architecture),
            Instruction(JumpIfEqual, Arm ? 0xC00000B7 : 0xC000003E, ifTrue: 1),
            Instruction(Return, KillProcess),
            Instruction(Load, Number),
            Instruction(JumpIfGreaterOrEqual, OtherTable, ifFalse: 1),
            Instruction(Return, NotPermitted),
        };
        foreach (var number in Forbidden.Concat(ForbiddenEverywhere))
        {
            program.AddRange([Instruction(JumpIfEqual, number, ifFalse: 1), Instruction(Return, NotPermitted)]);
        }

        // Its flags lie behind a pointer that a filter can not follow; told that it is not there, the C library takes clone.
        program.AddRange([Instruction(JumpIfEqual, Clone3, ifFalse: 1), Instruction(Return, NotImplemented)]);
        program.AddRange(
        [
            Instruction(JumpIfEqual, Clone, ifFalse: 4),
            Instruction(Load, FirstArgument),
            Instruction(JumpIfAnyBit, NewUserNamespace, ifFalse: 1),
            Instruction(Return, NotPermitted),
            Instruction(Return, Allow),
        ]);
        if (!hasNetwork)
        {
            program.AddRange(
            [
                Instruction(JumpIfEqual, Socket, ifFalse: 3),
                Instruction(Load, FirstArgument),
                Instruction(JumpIfEqual, LocalSockets, ifTrue: 1),
                Instruction(Return, NotPermitted),
            ]);
        }

        program.Add(Instruction(Return, Allow));
        return program;
    }

    // struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }
    static ulong Instruction(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
