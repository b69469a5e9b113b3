using System.Collections.Frozen;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>The programs whose options are known. t text, r read, w written, l listed, g read if it looks like a path, u URL, nt and nr a name and then a text or a file read, x runs other code.
/// From the manuals of GNU coreutils, findutils, grep, ripgrep, jq, git 2.4x and the build tools; where versions differ, the most dangerous reading counts.</summary>
static class ProgramTable
{
    const string Lines =
        """
        cat Read
        tac Read -s:t --separator:t
        rev Read
        nl Read -b:t -d:t -f:t -h:t -i:t -l:t -n:t -s:t -v:t -w:t
        head Read -n:t -c:t --lines:t --bytes:t
        tail Read -n:t -c:t -s:t --lines:t --bytes:t --pid:t --sleep-interval:t
        wc Read --files0-from:x
        cut Read -b:t -c:t -d:t -f:t --bytes:t --characters:t --delimiter:t --fields:t --output-delimiter:t
        tr Text
        sort Read -k:t -t:t -S:t -o:w -T:w --key:t --field-separator:t --buffer-size:t --batch-size:t --parallel:t --sort:t --output:w --temporary-directory:w --compress-program:x --files0-from:x --random-source:r
        uniq ReadThenWrite -f:t -s:t -w:t --skip-fields:t --skip-chars:t --check-chars:t
        comm Read --output-delimiter:t
        join Read -a:t -e:t -j:t -o:t -t:t -v:t -1:t -2:t
        paste Read -d:t --delimiters:t
        fold Read -w:t --width:t
        fmt Read -w:t -g:t -p:t --width:t --goal:t --prefix:t
        expand Read -t:t --tabs:t
        unexpand Read -t:t --tabs:t
        column Read -s:t -o:t -c:t -N:t -R:t -T:t -H:t -O:t -n:t --separator:t --output-separator:t
        pr Read -h:t -l:t -o:t -w:t -D:t
        grep TextThenRead -e:t -f:r -m:t -A:t -B:t -C:t -d:t -D:t --regexp:t --file:r --max-count:t --after-context:t --before-context:t --context:t --include:t --exclude:t --exclude-dir:t --exclude-from:r --color:t --colour:t --label:t --binary-files:t --directories:t --devices:t
        egrep TextThenRead -e:t -f:r -m:t -A:t -B:t -C:t -d:t -D:t --regexp:t --file:r --max-count:t --after-context:t --before-context:t --context:t --include:t --exclude:t --exclude-dir:t --exclude-from:r --color:t --colour:t --label:t --binary-files:t --directories:t --devices:t
        fgrep TextThenRead -e:t -f:r -m:t -A:t -B:t -C:t -d:t -D:t --regexp:t --file:r --max-count:t --after-context:t --before-context:t --context:t --include:t --exclude:t --exclude-dir:t --exclude-from:r --color:t --colour:t --label:t --binary-files:t --directories:t --devices:t
        rg TextThenRead -e:t -f:r -m:t -A:t -B:t -C:t -g:t -t:t -T:t -j:t -r:t -M:t -d:t -E:t --regexp:t --file:r --max-count:t --after-context:t --before-context:t --context:t --glob:t --iglob:t --type:t --type-not:t --type-add:t --threads:t --replace:t --max-columns:t --max-depth:t --max-filesize:t --encoding:t --sort:t --sortr:t --color:t --colors:t --engine:t --path-separator:t --context-separator:t --ignore-file:r --follow -L --pre:x --pre-glob:x --hostname-bin:x --search-zip -z
        ag TextThenRead -A:t -B:t -C:t -G:t -g:t -m:t --ignore:t --ignore-dir:t --depth:t --pager:x -p:r --path-to-ignore:r
        ack TextThenRead -A:t -B:t -C:t -m:t -g --type:t --pager:x --output:x --env --ackrc:x
        ls List -I:t -w:t -T:t --ignore:t --hide:t --color:t --format:t --sort:t --time:t --time-style:t --indicator-style:t --width:t --block-size:t --quoting-style:t
        tree List -l -L:t -P:t -I:t --filelimit:t --charset:t --timefmt:t --sort:t --matchdirs:t -o:w -H:t -T:t --fromfile --info --gitfile:r --infofile:r -R
        stat List -c:t --format:t --printf:t
        file Read -C -f:r -m:x -F:t -P:t -e:t --files-from:r --magic-file:x --compile --separator:t --uncompress -z -Z
        du List -L --dereference -d:t -B:t -t:t -X:r --max-depth:t --block-size:t --threshold:t --exclude:t --exclude-from:r --time-style:t --files0-from:x
        df List -B:t -t:t -x:t --block-size:t --type:t --exclude-type:t --output:t
        diff Read -U:t -C:t -W:t -x:t -X:r -F:t -I:t -S:t --unified:t --context:t --exclude:t --exclude-from:r --label:t -L:t --from-file:r --to-file:r --color:t --width:t --horizon-lines:t --ifdef:t -D:t
        colordiff Read -U:t -C:t -W:t --difftype:x
        sdiff Read -w:t -W:t -o:w --output:w --diff-program:x
        cmp Read -i:t -n:t
        od Read -A:t -j:t -N:t -t:t -w:t -S:t
        xxd ReadThenWrite -c:t -g:t -l:t -s:t -o:t -n:t -R:t
        hexdump Read -n:t -s:t -e:t -f:r
        strings Read -n:t -t:t -e:t -T:t
        md5sum Read
        sha1sum Read
        sha224sum Read
        sha256sum Read
        sha384sum Read
        sha512sum Read
        b2sum Read -l:t
        cksum Read -a:t -l:t
        sum Read
        base64 Read -w:t --wrap:t
        base32 Read -w:t --wrap:t
        sed TextThenRead -e:t -l:t --expression:t --line-length:t
        gsed TextThenRead -e:t -l:t --expression:t --line-length:t
        awk TextThenRead -F:t -v:t --field-separator:t --assign:t
        gawk TextThenRead -F:t -v:t --field-separator:t --assign:t
        mawk TextThenRead -F:t -v:t
        nawk TextThenRead -F:t -v:t
        fd TextThenRead -L --follow -e:t -E:t -t:t -d:t -c:t -j:t -S:t -o:t --extension:t --exclude:t --type:t --max-depth:t --min-depth:t --color:t --threads:t --size:t --changed-within:t --changed-before:t --base-directory:l --search-path:l --ignore-file:r
        make Generic -f:r -C:l -I:l -o:t -W:t -E:x --eval:x --file:r --makefile:r --directory:l --include-dir:l --old-file:t --new-file:t --what-if:t
        gmake Generic -f:r -C:l -I:l -E:x --eval:x --file:r --makefile:r --directory:l --include-dir:l
        cmake Generic -S:l -H:l -B:w -G:t -D:g -U:t -W:t -C:r -T:t -A:t --build:l --install:l --prefix:w --target:t -t:t --config:t --preset:t -j:t --parallel:t --toolchain:r --graphviz:w --trace-redirect:w --profiling-output:w --open:x --find-package:x
        dotnet Generic -c:t --configuration:t -f:t --framework:t -r:t --runtime:t -v:t --verbosity:t -o:w --output:w --artifacts-path:w --results-directory:w --filter:t --logger:t -l:t --collect:t --project:r --settings:r -d:w --diag:w --os:t --arch:t --version-suffix:t -t:t -bl:w --severity:t --diagnostics:t --launch-profile:t -lp:t --source:x --configfile:x --test-adapter-path:x --report:w --blame-hang-timeout:t --environment:x --include:g --exclude:g --packages:w --lock-file-path:w --binarylog:w
        mvn Generic -f:r --file:r -pl:t --projects:t -T:t --threads:t -P:t --activate-profiles:t -l:w --log-file:w
        gradle Generic --gradle-distribution-url:x --gradle-version:x --gradle-distribution-sha256-sum:x -D:g -P:g --system-prop:g --project-prop:g --configuration-cache:f --write-locks:f --write-verification-metadata:t --dependency-verification:x -F:x --scan --max-workers:t --priority:t --warning-mode:t --profile:f -p:l --project-dir:l -b:r --build-file:r -x:t --exclude-task:t --project-cache-dir:w --console:t --tests:t
        ./gradlew Generic --gradle-distribution-url:x --gradle-version:x --gradle-distribution-sha256-sum:x -D:g -P:g --system-prop:g --project-prop:g --configuration-cache:f --write-locks:f --write-verification-metadata:t --dependency-verification:x -F:x --scan --max-workers:t --priority:t --warning-mode:t --profile:f -p:l --project-dir:l -b:r --build-file:r -x:t --exclude-task:t --project-cache-dir:w --console:t --tests:t
        ./mvnw Generic -f:r --file:r -pl:t --projects:t -T:t --threads:t -P:t -l:w
        jq TextThenRead --arg:nt --argjson:nt --slurpfile:nr --rawfile:nr --indent:t -f:r --from-file:r -L:x --library-path:x --args --jsonargs
        yq TextThenRead -i -o:t -p:t -I:t --inplace --in-place --output-format:t --input-format:t --indent:t -s --split-exp:x --from-file:x --security-enable-system-operator
        bat Read -l:t -r:t -H:t --language:t --line-range:t --style:t --theme:t --color:t --paging:t --wrap:t --tabs:t --pager:x -m:t
        less Read -P:t -o:w -O:w -k:x --lesskey-file:x --lesskey-src:x -t:t -T:r -p:t -j:t -b:t -x:t -y:t -z:t --log-file:w --LOG-FILE:w
        more Read -n:t
        zcat Read
        gunzip Read
        basename Text -s:t --suffix:t
        dirname Text
        realpath List --relative-to:l --relative-base:l
        readlink List
        cloc Generic --by-file:f --sum-reports:f --autoconf:f --exclude-dir:t --include-lang:t --exclude-lang:t --include-ext:t --exclude-ext:t --match-f:t --not-match-f:t --out:w --report-file:w --list-file:r --config:x --script-lang:x --extract-with:x --diff-list-file:x --vcs:x --sql:w --read-lang-def:r --force-lang-def:r --write-lang-def:w --ignored:w --counted:w --found:w --categorized:w --exclude-list-file:r --diff-alignment:w --fmt:t --timeout:t
        tokei Generic -e:t -t:t -o:t -s:t --exclude:t --types:t --output:t --sort:t -i:r --input:r
        scc Generic -f:t -o:w -s:t -x:t -i:t --format:t --output:w --sort:t --include-ext:t --exclude-ext:t --exclude-dir:t --format-multi:w --sql-project:t
        pwd Text
        whoami Text
        id Text
        groups Text
        uname Text
        arch Text
        nproc Text --ignore:t
        hostname None -F:x --file:x -b --boot
        date None -d:t --date:t -r:l --reference:l -f:r --file:r -I:t --iso-8601:t --rfc-3339:t -s:x --set:x
        uptime Text
        free Text -s:t -c:t
        locale Text
        getconf Text
        tput Text -T:t -S
        which Text
        whereis Text -B:l -M:l -S:l -f
        type Text
        command Text
        seq Text -f:t -s:t --format:t --separator:t
        echo Text
        printf Text
        true Text
        false Text
        : Text
        test List
        [ List
        sleep Text
        expr Text
        factor Text
        numfmt Text
        cal Text
        exit Text
        wait Text
        break Text
        continue Text
        return Text
        shift Text
        unset Text
        lscpu Text
        tty Text
        clear Text
        mkdir Write -m:t --mode:t -Z --context
        touch Write -d:t -t:t -r:l --date:t --reference:l --time:t
        rmdir Write
        rm Write --interactive:t
        unlink Write
        cp Copy -t:w -S:t --target-directory:w --suffix:t --sparse:t --reflink:t -s -l --symbolic-link --link --backup:t --preserve:t --no-preserve:t -Z --context
        mv Write -t:w -S:t --target-directory:w --suffix:t --backup:t -Z --context
        ln Write
        tee Write -p --output-error:t
        tar Generic -f:r --file:r -C:l --directory:l -T:x --files-from:x -I:x --use-compress-program:x --checkpoint-action:x --to-command:x --rsh-command:x --rmt-command:x -F:x --info-script:x --new-volume-script:x -X:r --exclude:t --exclude-from:r --strip-components:t --checkpoint:t --index-file:w -g:x --listed-incremental:x
        unzip Generic -d:w -x:t
        zipinfo Read
        npm Generic --prefix:l -C:l -w:l --workspace:l --workspaces:f --script-shell:x --node-options:x --userconfig:x --globalconfig:x --registry:x --cache:w --shell:x --git:x --editor:x --viewer:x --init-module:x -c:x --call:x --loglevel:t
        yarn Generic --cwd:l --use-yarnrc:x --script-shell:x --registry:x
        pnpm Generic -C:l --dir:l --filter:t -F:t --script-shell:x --registry:x --config.script-shell:x --node-options:x --pnpmfile:x --global-pnpmfile:x
        node Generic -e:x -p:x --eval:x --print:x -r:x --require:x --import:x --loader:x --experimental-loader:x -i --interactive --inspect --inspect-brk --env-file:r --env-file-if-exists:r --test:f --check:f --test-only:f --watch:f --version:f --test-concurrency:t --test-timeout:t --test-reporter:g --test-name-pattern:t --test-reporter-destination:w --build-snapshot --build-snapshot-config:x --inspect-port:x --inspect-wait --run:x --test-global-setup:x --cpu-prof-dir:w --diagnostic-dir:w --heap-prof-dir:w --report-directory:w --report-dir:w --redirect-warnings:w --icu-data-dir:r --openssl-config:x --trace-event-file-pattern:w --watch-path:l --snapshot-blob:x --experimental-default-config-file:x --experimental-config-file:x --security-revert:x --experimental-sea-config:x
        tsc Generic -p:r --project:r -b:f -w:f --watch:f --build:f --plugins:x --locale:t --target:t -t:t --module:t -m:t --lib:t --jsx:t --rootDir:l --outDir:w --outFile:w --declarationDir:w --tsBuildInfoFile:w --generateTrace:w --generateCpuProfile:w --init
        eslint Generic -c:r --config:r --ext:t -f:g --format:g -o:w --output-file:w --rulesdir:x --rule:t --max-warnings:t --cache-location:w --cache-file:w --ignore-path:r --ignore-pattern:t --parser:x --plugin:x --resolve-plugins-relative-to:r --init --stdin-filename:t --env:t --global:t
        prettier Generic -c:f -l:f -w:f --config:r --ignore-path:r --plugin:x --parser:t --check:f --write:f --list-different:f --cache:f --cache-location:w --stdin-filepath:t --plugin-search-dir:x
        jest Generic -c:g --config:g -t:t --testNamePattern:t --testPathPattern:t --outputFile:w --coverageDirectory:w --cacheDirectory:w --globalSetup:x --globalTeardown:x --setupFiles:x --setupFilesAfterEnv:x --runner:x --testRunner:x --testEnvironment:g --transform:x --resolver:x --snapshotSerializers:x --moduleLoader:x --prettierPath:x --rootDir:l --roots:l --maxWorkers:t -w:t --testTimeout:t --reporters:g --coverageReporters:t --coverage:f --ci:f --watch:f --cache:f --init
        vitest Generic -c:r --config:r -t:t --testNamePattern:t --outputFile:w --reporter:g --root:l -r:l --api --ui --environment:t --globalSetup:x --browser:x --dir:l --coverage:f
        mocha Generic -r:x --require:x -n:x --node-option:x --import:x --loader:x --ui:g -u:g --file:g -g:t --grep:t -f:t --fgrep:t -R:g --reporter:g --config:r --package:r --timeout:t -t:t --spec:g --watch:f --watch-files:g --recursive:f --exit:f --bail:f
        cargo Generic --tests:f --benches:f --open --config:x --manifest-path:r --target-dir:w -p:t --package:t --bin:t --test:t --example:t --bench:t --features:t -F:t --target:t --profile:t -j:t --jobs:t --message-format:t --color:t --exclude:t -Z:x -C:l --lockfile-path:w --out-dir:w --artifact-dir:w
        rustc Generic -o:w --out-dir:w -C:x --codegen:x -L:r --extern:r -Z:x
        go Generic -C:l -o:w -run:t -bench:t -count:t -timeout:t -tags:t -cpu:t -parallel:t -p:t -coverprofile:w -cpuprofile:w -memprofile:w -blockprofile:w -mutexprofile:w -trace:w -outputdir:w -covermode:t -coverpkg:t -ldflags:t -gcflags:t -asmflags:t -mod:t -buildmode:t -toolexec:x -exec:x -vettool:x -overlay:x -modfile:r -pkgdir:w -modcacherw -f:t -w:x -u:x -installsuffix:t -fuzz:t -fuzztime:t -skip:t -shuffle:t -vet:t -compiler:x -gccgoflags:x -changed
        staticcheck Generic -checks:t -f:t -go:t -tags:t -explain:t -fail:t -debug.cpuprofile:w -debug.memprofile:w -debug.trace:w
        golangci-lint Generic -c:r --config:r -E:t -D:t --enable:t --disable:t --timeout:t --out-format:g --build-tags:t --cpu-profile-path:w --mem-profile-path:w --trace-path:w --output.json.path:w --output.text.path:w --max-issues-per-linter:t --max-same-issues:t --new-from-rev:t --concurrency:t -j:t --path-prefix:t
        gofmt Read -r:t -cpuprofile:w
        ninja Generic -C:l -f:r -j:t -k:t -l:t -d:t -t:x
        ctest Generic -C:t -R:t -E:t -L:t -LE:t -j:t -S:x -SP:x -D:x -T:x -M:x --dashboard:x --submit-index:x --extra-submit:x --http1.0:x --build-makeprogram:x --build-generator:x --build-exe-dir:x --build-project:x --build-target:x --build-options:x --resource-spec-file:r --script:x --build-and-test:x --test-dir:l -O:w --output-log:w --timeout:t --repeat:t --test-command:x --build-run-dir:x --preset:t --output-junit:w --overwrite:t --parallel:t
        pytest Generic -k:t -m:t -n:t -c:r -o:g --override-ini:g --rootdir:l --basetemp:x --confcutdir:l --config-file:r --doctest-glob:t --color:t --capture:t --show-capture:t --dist:t --numprocesses:t --reruns:t --seed:t --randomly-seed:t --cov-fail-under:t --collect-only:f --co:f --durations-min:t --last-failed:f --lf:f --ff:f --failed-first:f --nf:f --sw:f --stepwise:f --setup-show:f --fixtures:f --markers:f --no-header:f --strict-markers:f --junitxml:w --junit-xml:w --cov:g --cov-report:g --cov-config:r --maxfail:t --tb:t --timeout:t --durations:t --log-file:w --pdbcls:x --debug:w --ignore:g --ignore-glob:t --deselect:g --result-log:w --pastebin:x --html:w --import-mode:t -W:t -r:t
        py.test Generic -k:t -m:t -n:t -c:r -o:g --override-ini:g --rootdir:l --basetemp:x --confcutdir:l --config-file:r --doctest-glob:t --color:t --capture:t --show-capture:t --dist:t --numprocesses:t --reruns:t --seed:t --randomly-seed:t --cov-fail-under:t --collect-only:f --co:f --durations-min:t --last-failed:f --lf:f --ff:f --failed-first:f --nf:f --sw:f --stepwise:f --setup-show:f --fixtures:f --markers:f --no-header:f --strict-markers:f --junitxml:w --junit-xml:w --cov:g --cov-report:g --cov-config:r --maxfail:t --tb:t --timeout:t --durations:t --log-file:w --pdbcls:x --debug:w --ignore:g --ignore-glob:t --deselect:g --result-log:w --pastebin:x --html:w --import-mode:t -W:t -r:t
        pip Generic --log:w -i:x --index-url:x --extra-index-url:x --trusted-host:x -f:x --find-links:x --client-cert:r --keyring-provider:x --editable:f --exclude:t --pre:f --proxy:x --cert:r -r:r --path:r --python:x --cache-dir:w --format:t --config-settings:x
        pip3 Generic --log:w -i:x --index-url:x --extra-index-url:x --trusted-host:x -f:x --find-links:x --client-cert:r --keyring-provider:x --editable:f --exclude:t --pre:f --proxy:x --cert:r -r:r --path:r --python:x --cache-dir:w --format:t --config-settings:x
        mypy Generic --config-file:r --python-executable:x --cache-dir:w --junit-xml:w --html-report:w --txt-report:w --xml-report:w --install-types --strict:f --show-error-codes:f --pretty:f --namespace-packages:f --module:t --package:t --python-version:t --exclude:t --linecount-report:w --cobertura-xml-report:w --any-exprs-report:w --lineprecision-report:w --memory-xml-report:w --xslt-html-report:w --xslt-txt-report:w --linecoverage-report:w --custom-typeshed-dir:x --custom-typing-module:t -m:t -p:t -c:x --command:x --shadow-file:r --find-occurrences:t
        ruff Generic --config:g --select:t --ignore:t --fix:f --diff:f --check:f --watch:f --extend-select:t --per-file-ignores:t --exclude:t --stdin-filename:t --cache-dir:w -o:w --output-file:w --target-version:t --line-length:t --output-format:t
        black Generic -l:t -t:t --line-length:t --target-version:t --config:r --include:t --exclude:t --extend-exclude:t -c:t --code:t
        flake8 Generic --config:r --append-config:r --output-file:w --tee:f --statistics:f --count:f --max-line-length:t --ignore:t --select:t --exclude:t --format:t --enable-extensions:t
        pylint Generic --rcfile:r --load-plugins:x --init-hook:x --generate-rcfile:f --reports:t --score:t --msg-template:t --fail-under:t --recursive:t --ignore:t --ignore-patterns:t --ignore-paths:t --output:w --disable:t --enable:t -d:t -e:t -f:t --output-format:t -j:t
        isort Generic --settings-path:r --profile:t --sp:r --settings-file:r
        tox Generic -e:t -p:t= --parallel:t= --conf:r --root:l --toxinidir:l -c:r --workdir:w --result-json:w -x:x --override:x
        rake Generic -f:r -e:x -E:x -p:x -r:x -R:r --execute:x --execute-print:x --execute-continue:x --require:x --rakefile:r --libdir:r -I:r
        rspec Generic -r:x --require:x -e:t --example:t -f:g --format:g -o:w --out:w -t:t --tag:t -I:r -O:r --options:r --default-path:l --pattern:t -P:t --seed:t --order:t --profile:t=
        rubocop Generic -r:x --require:x --plugin:x -c:r --config:r -o:w --out:w -f:t --format:g --only:t --except:t --cache-root:w --stdin:t --fail-level:t
        composer Generic -d:l --working-dir:l
        phpunit Generic -c:r --configuration:r --bootstrap:r --filter:t --group:t --testsuite:t --log-junit:w --coverage-html:w --coverage-clover:w --coverage-text:w --include-path:r -d:x --cache-directory:w --printer:x --loader:x --extension:x --prepend:x --cache-result-file:w --testdox-html:w --testdox-text:w --log-teamcity:w --generate-baseline:w
        swift Generic -c:t --configuration:t --package-path:l --build-path:w --scratch-path:w --filter:t -Xswiftc:x -Xcc:x -Xlinker:x -Xcxx:x --toolchain:x --disable-sandbox --sdk:x --swift-sdk:x
        mix Generic
        bc Read -e:t
        shuf Read -n:t -i:t -o:w --head-count:t --input-range:t --output:w --random-source:r -e:f
        printenv Text
        shellcheck Read -e:t -i:t -f:t -s:t -S:t -o:t -P:r -W:t --exclude:t --include:t --format:t --shell:t --severity:t --enable:t --rcfile:r
        yamllint Read -c:r -d:t -f:t --config-file:r --config-data:t --format:t
        markdownlint Read -c:r -o:w --config:r --output:w --ignore:t -i:t -r:x --rules:x -p:r
        hadolint Read -c:r --config:r --ignore:t --format:t -f:t
        curl Url -o:w --output:w --output-dir:w -d:g --data:g --data-binary:g --data-raw:t --data-urlencode:g -F:g --form:g -H:g --header:g -X:t --request:t -u:t --user:t -A:t --user-agent:t -e:t --referer:t -b:r --cookie:r -c:w --cookie-jar:w -T:r --upload-file:r -x:x --proxy:x -K:x --config:x -D:w --dump-header:w --max-time:t -m:t --connect-timeout:t --retry:t -w:g --write-out:g --cacert:r --cert:r --key:r -E:r --resolve:x --connect-to:x --unix-socket:x --abstract-unix-socket:x --interface:x --trace:w --trace-ascii:w --stderr:w --url:u -C:t -r:t --range:t -y:t -Y:t -z:t -Q:x --quote:x --libcurl:w --netrc-file:r --preproxy:x --socks5:x --engine:x --doh-url:x --etag-save:w --hsts:w --alt-svc:w --limit-rate:t
        wget Url -O:w --output-document:w -P:w --directory-prefix:w -o:w --output-file:w -a:w --append-output:w -i:x --input-file:x -e:x --execute:x --config:x --post-file:r --body-file:r --post-data:t --header:t -U:t --user-agent:t -t:t --tries:t -T:t --timeout:t --use-askpass:x --save-cookies:w --load-cookies:r --ca-certificate:r --warc-file:w --rejected-log:w -w:t --wait:t -l:t -A:t -R:t -D:t --method:t
        python Generic -c:x -m:t -W:t -X:t
        python3 Generic -c:x -m:t -W:t -X:t
        ruby Generic -e:x -r:x -I:r -C:x -x:x
        perl Generic -e:x -E:x -M:x -m:x -I:r -i -x
        php Generic -r:x -B:x -R:x -E:x -d:x -c:x -z:x -a -F:x -S:x -t:l
        lua Generic -e:x -l:x
        deno Generic
        bun Generic -e:x --eval:x -p:x --print:x -r:x --preload:x
        java Generic -cp:r -classpath:r --class-path:r -javaagent:x -agentlib:x -agentpath:x
        docker Generic
        kubectl Generic
        """;

    static readonly FrozenDictionary<string, ProgramProfile> Profiles = Lines
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(ProgramProfile.Parse)
        .ToFrozenDictionary(profile => profile.Name, StringComparer.Ordinal);

    static readonly string[] Installed = ["./node_modules/.bin", "./vendor/bin", "./venv/bin", "./.venv/bin"];

    static readonly ProgramProfile Unknown = ProgramProfile.Parse("? Unknown");

    static readonly FrozenSet<string> TextOnly = ((string[])
        ["echo", "printf", "true", "false", ":", "exit", "return", "wait", "break", "continue", "sleep", "seq", "basename", "dirname", "expr", "test", "[", "type", "which", "tput", "factor", "numfmt", "shift"]).ToFrozenSet(StringComparer.Ordinal);

    // No option of theirs does harm, so a file named like an option does none either.
    static readonly FrozenSet<string> Harmless = ((string[])
        ["cat", "head", "tail", "wc", "nl", "tac", "ls", "stat", "grep", "egrep", "fgrep", "md5sum", "sha1sum", "sha256sum", "sha512sum", "cksum", "du", "basename", "dirname", "echo", "realpath", "cut", "strings", "diff", "cmp", "jq", "shellcheck"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A tool that the workspace installed for itself is what its name says: <c>./node_modules/.bin/eslint</c>.</summary>
    public static string NameOf(string program)
    {
        var slash = program.LastIndexOf('/');
        return slash > 0 && Array.Exists(Installed, directory => program.AsSpan(0, slash).EndsWith(directory, StringComparison.Ordinal)) ? program[(slash + 1)..] : program;
    }

    public static ProgramProfile Of(string program) => Profiles.GetValueOrDefault(program, Unknown);

    /// <summary>Prints or compares its arguments and opens none of them.</summary>
    public static bool TakesAnyText(string program) => TextOnly.Contains(program);

    /// <summary>May be given a list of files of the workspace that is made when it runs.</summary>
    public static bool TakesListings(string program) => Harmless.Contains(program);
}
